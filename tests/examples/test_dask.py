"""The Dask example: a cluster of two worker processes, one of which is killed half-way."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import reserved_port

from .programs import command_of, environment, run, running, wait_until_up

# Not imported here: it changes how all exceptions of this process are pickled (by tblib).
if importlib.util.find_spec("distributed") is None:
    pytest.skip("needs distributed", allow_module_level=True)
parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow")

ROWS = list(range(20_000))


@pytest.fixture(scope="module")
def rows_url() -> Iterator[str]:
    """The URL of the example's server."""
    serve = (sys.executable, "-m", "uvicorn", "server:app", "--log-level", "error")
    with (
        reserved_port() as port,
        running("dask", *serve, "--port", str(port), env=environment("")),
    ):
        wait_until_up(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"


def ids(folder: Path) -> list[int]:
    """The ids in all files, in order."""
    found = [number for path in folder.glob("*.parquet") for number in parquet.read_table(path)["id"].to_pylist()]
    return sorted(found)


def command(folder: Path) -> list[str]:
    """The README's command, with a folder of the test's."""
    return [*command_of("dask")[:-1], str(folder)]


def test_a_worker_that_dies_loses_and_repeats_nothing(rows_url: str, tmp_path: Path) -> None:
    """Its range is fetched again by another process."""
    env = environment("", ROWS_URL=rows_url)
    with running("dask", *command(tmp_path), env=env) as job:
        assert job.stdout is not None
        lines = iter(job.stdout)
        workers = next(line.split()[1:] for line in lines if line.startswith("workers"))
        for _ in range(3):
            assert next(line for line in lines if line.startswith("range"))
        os.kill(int(workers[0]), signal.SIGKILL)
        rest = list(lines)
        assert job.wait(60) == 0, rest
    assert ids(tmp_path) == ROWS


def test_a_job_that_is_started_again_fetches_what_is_missing(rows_url: str, tmp_path: Path) -> None:
    """It fetches nothing else."""
    env = environment("", ROWS_URL=rows_url)

    def pull() -> list[str]:
        done: subprocess.CompletedProcess[str] = run("dask", *command(tmp_path), env=env)
        assert done.returncode == 0, done.stderr
        return [line for line in done.stdout.splitlines() if line.startswith("range")]

    assert len(pull()) == 20
    for start in (3000, 17000):
        (tmp_path / f"rows-{start:06}.parquet").unlink()
    assert sorted(pull()) == ["range 17000", "range 3000"]
    assert ids(tmp_path) == ROWS
