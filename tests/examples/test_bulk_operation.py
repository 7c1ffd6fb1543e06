"""The bulk operation example: a file of JSON lines goes into a database, whatever its size."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.ports import reserved_port

from .programs import EXAMPLES, PATIENCE, command_of, environment, running, wait_until_up

MEGABYTE = 1_000_000
BIG = int(os.environ.get("SYNCGQL_BULK_MEGABYTES", "24")) * MEGABYTE
"""The size of the larger file; ``SYNCGQL_BULK_MEGABYTES=200`` takes longer."""

MEASURED = """
import pathlib, re, runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
peak = re.search(r"VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())
print("peak", peak[1])
"""


@contextmanager
def shop(size: int) -> Iterator[str]:
    """The URL of the example's server, whose results have so many bytes."""
    serve = (sys.executable, "-m", "uvicorn", "server:app", "--log-level", "error")
    with (
        reserved_port() as port,
        running("bulk_operation", *serve, "--port", str(port), env=environment("", SHOP_BYTES=str(size))),
    ):
        wait_until_up(f"http://127.0.0.1:{port}/graphql")
        yield f"http://127.0.0.1:{port}/graphql"


def pull(size: int, database: Path, *command: str) -> str:
    """Run the example and return its output."""
    with shop(size) as url:
        done = subprocess.run(
            [*command, str(database)],
            cwd=EXAMPLES / "bulk_operation",
            env=environment("", SHOP_URL=url),
            text=True,
            capture_output=True,
            timeout=5 * PATIENCE,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_products_and_variants(tmp_path: Path) -> None:
    """Each variant has the product to which it belongs; the states of the operation are printed."""
    output = pull(MEGABYTE, tmp_path / "products.db", *command_of("bulk_operation")[:-1])
    assert output.startswith("RUNNING: ")
    assert output.endswith("COMPLETED: 1000 objects\n")
    with closing(sqlite3.connect(tmp_path / "products.db")) as database:
        products, variants = (
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("product", "variant")
        )
        joined = "SELECT count(*) FROM variant v JOIN product p ON p.id = v.product WHERE v.id LIKE '%/' || ? || '-%'"
        assert database.execute(joined, ["7"]).fetchone() == (2,)
    assert products > 1000
    assert variants == 2 * (products - 1)


@pytest.mark.skipif(sys.platform != "linux", reason="resident size is read from /proc")
@pytest.mark.timeout(600)
def test_memory_stays_the_same(tmp_path: Path) -> None:
    """By the peak of the resident size, for a small file and a large one."""
    peaks = []
    for size in (MEGABYTE, BIG):
        output = pull(size, tmp_path / f"{size}.db", sys.executable, "-c", MEASURED, "pull.py")
        peaks.append(int(output.split()[-1]))
    assert (tmp_path / f"{BIG}.db").stat().st_size > 0.8 * BIG
    assert peaks[1] - peaks[0] < 8 * 1024, peaks
