"""The Celery example: real prefork workers, with a folder as the broker."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
import requests

from .programs import EXAMPLES, command_of, environment, run, running

CALL = """
from tasks import add_book
results = [add_book.delay(f"Volume {n}", "Nobody") for n in range(8)]
print([result.get(timeout=60) for result in results])
"""


@pytest.mark.parametrize("pool", ["prefork", "threads", "gevent"])
def test_tasks_run_in_every_pool(library: str, tmp_path: Path, pool: str) -> None:
    """Four forked workers share the work, each with its own connections; or four threads or greenlets do."""
    env = environment(library, BROKER_FOLDER=str(tmp_path / "broker"))
    worker = (*command_of("celery"), "--pool", pool, "--loglevel", "WARNING")
    with running("celery", *worker, env={**env, "C_FORCE_ROOT": "1"} if os.getuid() == 0 else env):
        done = run("celery", sys.executable, "-c", CALL, env=env)
    assert done.returncode == 0, done.stderr
    ids = json.loads(done.stdout.replace("'", '"'))
    assert len(set(ids)) == 8
    books = requests.post(library, json={"query": "{ books { id title } }"}, timeout=60).json()["data"]["books"]
    assert {book["title"] for book in books if book["id"] in ids} == {f"Volume {n}" for n in range(8)}


def test_a_group(library: str, tmp_path: Path) -> None:
    """The workers share its tasks; each book is added once. The command is the README's."""
    env = environment(library, BROKER_FOLDER=str(tmp_path / "broker"))
    worker = (*command_of("celery"), "--loglevel", "WARNING")
    readme = (EXAMPLES / "celery" / "README.md").read_text("utf-8")
    call = shlex.split(next(line for line in readme.splitlines() if "import group" in line).removeprefix("$ "))
    with running("celery", *worker, env={**env, "C_FORCE_ROOT": "1"} if os.getuid() == 0 else env):
        done = run("celery", sys.executable, *call[1:], env=env)
    assert done.returncode == 0, done.stderr
    assert len(set(json.loads(done.stdout.replace("'", '"')))) == 20
