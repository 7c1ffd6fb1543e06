"""A Flask application in front of a GraphQL library."""

from __future__ import annotations

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from syncgql import (
    Client,
    DocumentError,
    SyncGQLError,
    TransportQueryError,
    TransportRateLimited,
    TransportTimeout,
)

app = Flask(__name__)
client = Client(os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql"), timeout=3)


@app.get("/books")
def books() -> ResponseReturnValue:
    """Return all books."""
    return jsonify(client.execute("query Books { books { id title author } }")["books"])


@app.get("/books/<id>")
def book(id: str) -> ResponseReturnValue:
    """Return a book; 404 if the library has none with this ID."""
    found = None
    try:
        found = client.execute(
            "query Book($id: ID!) { book(id: $id) { id title author year } }", {"id": id}
        )["book"]
    except TransportQueryError as error:
        # The library has no such book if it returns null without the code of another failure.
        # Many servers set no codes, so their crashes look like this, too. For them, leave () out.
        if error.data != {"book": None} or error.codes not in [(), ("NOT_FOUND",)]:
            raise
    if found is None:
        return jsonify(error="There is no such book."), 404
    return jsonify(found)


@app.post("/books")
def add_book() -> ResponseReturnValue:
    """Add the book in the request's JSON."""
    given = request.get_json()
    title = given.get("title") if isinstance(given, dict) else None
    if not isinstance(title, str):
        return jsonify(error="Give the title of the book."), 400
    document = "mutation AddBook($title: String!) { addBook(title: $title) { id title } }"
    return jsonify(client.execute(document, {"title": title})["addBook"]), 201


# The messages of these errors name hosts and quote the library, so only the log has them.


@app.errorhandler(DocumentError)
def not_sent(error: DocumentError) -> ResponseReturnValue:
    """Nothing was sent: the documents are valid, so a value from the visitor is not."""
    app.logger.warning("Not sent: %s", error)
    return jsonify(error="This cannot be understood."), 400


@app.errorhandler(TransportQueryError)
def refused(error: TransportQueryError) -> ResponseReturnValue:
    """The response has errors."""
    app.logger.error("The library refused: %s", error)
    return jsonify(error="The library cannot answer."), 502


@app.errorhandler(TransportRateLimited)
def throttled(error: TransportRateLimited) -> ResponseReturnValue:
    """The library received too many requests."""
    app.logger.error("The library is busy: %s", error)
    return (
        jsonify(error="The library is busy."),
        503,
        {"Retry-After": f"{error.retry_after or 60:.0f}"},
    )


@app.errorhandler(TransportTimeout)
def late(error: TransportTimeout) -> ResponseReturnValue:
    """The response did not arrive in time."""
    app.logger.error("The library is late: %s", error)
    return jsonify(error="The library takes too long to answer."), 504


@app.errorhandler(SyncGQLError)
def unavailable(error: SyncGQLError) -> ResponseReturnValue:
    """No response: no connection, no GraphQL, refused credentials or a closed client."""
    app.logger.error("No answer from the library: %s", error)
    return jsonify(error="The library is not available."), 503
