"""The comparison names the pinned versions, and its first table shows what the clients do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .page import ROOT

PAGE = (ROOT / "docs/comparison.md").read_text("utf-8")
MEASURED = PAGE.partition("## Behavior in common situations\n")[2].partition("\n## ")[0]
ROWS = dict(re.findall(r"^\| (\w[^|]*?) \| (\d.*) \|$", MEASURED, re.MULTILINE))

# Environments with the other clients, which make bench and make core32 create.
OTHERS = ROOT / ".venv-bench" / "bin" / "python"
CORE32 = ROOT / ".venv-core32" / "bin" / "python"


def examined(python: Path, *names: str) -> dict[str, dict[str, Any]]:
    """What the clients do, or skip the test."""
    if not python.exists():
        pytest.skip(f"{python} does not exist")
    command = [str(python), "-W", "ignore", "-m", "tests.benchmarks.peers", *names]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert outcome.returncode == 0, outcome.stderr
    found: dict[str, dict[str, Any]] = json.loads(outcome.stdout)
    return found


def row(found: Mapping[str, Any]) -> str:
    """The cells for what a client does."""
    failed = len(found["failures_of_eight_threads"])
    cells = [
        str(found["connections_of_three_calls"]),
        "none" if failed == 0 else "most" if failed > 40 else "some",
        "yes" if found["in_a_running_loop"] else "no",
        "yes" if found["child_has_a_connection_of_its_own"] else "no",
        "no" if found["raises_errors_of_the_response"] == "no" else "yes",
    ]
    return " | ".join(cells)


def test_the_versions_are_the_pinned_ones() -> None:
    """Those of the benchmarks."""
    requirements = (ROOT / "tests/benchmarks/requirements.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)$", requirements, re.MULTILINE))
    text = " ".join(PAGE.split())
    for name in ("gql", "sgqlc", "requests", "httpx", "qlient-aiohttp"):
        assert f"{name} {pinned[name]}" in text


def test_the_claims_about_syncgql() -> None:
    """The scripts run in the environment of the tests, which has no other client."""
    assert row(examined(Path(sys.executable), "syncgql")["syncgql"]) == ROWS["syncgql"]


def test_the_claims_about_other_clients() -> None:
    """How many threads fail varies, so one failure or all are the same here."""
    for name, found in examined(OTHERS).items():
        assert re.sub("some|most", "fails", row(found)) == re.sub("some|most", "fails", ROWS[name]), name


def test_the_claims_about_ariadne_codegen() -> None:
    """This test requires ariadne-codegen."""
    assert row(examined(CORE32, "ariadne-codegen")["ariadne-codegen"]) == ROWS["ariadne-codegen"]


def test_rows_have_a_cell_for_each_client() -> None:
    """A cell is yes, part, own or no."""
    rows = re.findall(r"^\| [^|]+ \|((?: (?:yes|part|own|no) \|)+)$", PAGE, re.MULTILINE)
    assert len(rows) > 20
    assert {line.count("|") for line in rows} == {7}
