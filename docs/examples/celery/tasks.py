"""Celery tasks that write to a GraphQL library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery, Task

from syncgql import Client, TransportConnectionFailed, TransportServerError, TransportTimeout

FOLDER = Path(os.environ.get("BROKER_FOLDER", "broker")).resolve()
FOLDER.mkdir(parents=True, exist_ok=True)

app = Celery(
    "tasks", broker=os.environ.get("BROKER_URL", "filesystem://"), backend=f"file://{FOLDER}"
)
app.conf.broker_transport_options = {
    "data_folder_in": str(FOLDER),
    "data_folder_out": str(FOLDER),
    "control_folder": str(FOLDER / "control"),
}

client = Client(os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql"))


@app.task(bind=True, max_retries=5)
def add_book(self: Task, title: str, author: str) -> str:
    """Add a book and return its id."""
    document = """
        mutation ($title: String!, $author: String!) {
          addBook(title: $title, author: $author) { id }
        }
    """
    variables: dict[str, Any] = {"title": title, "author": author}
    try:
        return str(client.execute(document, variables)["addBook"]["id"])
    except TransportServerError as error:
        if error.retry_after is None:
            raise
        raise self.retry(exc=error, countdown=error.retry_after) from error
    except (TransportConnectionFailed, TransportTimeout) as error:
        # The book may have been added: retry only what may be executed twice.
        raise self.retry(exc=error, countdown=2**self.request.retries) from error
