"""A Celery application whose broker is a folder, with one client for the whole module.

Run as a program, it starts a worker that forks, sends it tasks, prints their results and stops it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from celery import Celery

from syncgql import Client

FOLDER = Path(os.environ["CELERY_FOLDER"])
for name in ("messages", "processed", "control", "results"):
    (FOLDER / name).mkdir(parents=True, exist_ok=True)

client = Client(os.environ["GRAPHQL_URL"])
STARTED = client.execute("{ hello }")["hello"]  # so that the worker's children inherit a used client

app = Celery("celery_app", broker="filesystem://", backend=f"file://{FOLDER / 'results'}")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(FOLDER / "messages"),
        "data_folder_out": str(FOLDER / "messages"),
        "processed_folder": str(FOLDER / "processed"),
        "control_folder": str(FOLDER / "control"),
    },
    worker_max_tasks_per_child=3,
    broker_connection_retry_on_startup=True,
)


@app.task(name="greet")
def greet(name: str) -> tuple[str, int]:
    """Request a greeting, and return it with the process id."""
    answer: str = client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})["hello"]
    with client.subscribe("subscription { count(to: 1) }") as events:
        next(events)
    return answer, os.getpid()


def main() -> None:
    """Start a worker, send tasks, print results."""
    command = [sys.executable, "-m", "celery", "-A", "tests.scripts.celery_app", "worker", "--pool=prefork", "-c", "2"]
    with subprocess.Popen([*command, "--without-gossip", "--without-mingle", "-l", "WARNING"]) as worker:
        try:
            sent: list[Any] = [greet.delay(str(number)) for number in range(8)]
            results = [result.get(timeout=60) for result in sent]
            print(sorted(answer for answer, _ in results))
            print("processes", len({pid for _, pid in results}) > 1)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(30)
    print("worker", worker.returncode)


if __name__ == "__main__":
    main()
