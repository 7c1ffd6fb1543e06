"""The options of tenacity and backoff on the page on migrating mean the same as those of RetryPolicy beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncgql import Client, RetryPolicy, TransportServerError
from syncgql.testing import GraphQLServer

from .page import ROOT
from .peers import BENCH, run_there

PAGE = (ROOT / "docs/migrating_http.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| `RetryPolicy\((.+?)\)` \|$", PAGE, re.MULTILINE)

# Calls a function that always fails. A random wait is as long as it can be, and nothing waits for it.
BEFORE = """
import random, time
import backoff
from tenacity import *

random.uniform = lambda least, most: most
waits, records = [], []
time.sleep = waits.append
log = lambda event: records.append(event)

def outcome(decorate):
    waits.clear(), records.clear()
    calls = []
    try:
        decorate(lambda: calls.append(1) or 1 / 0)()
    except ZeroDivisionError:
        return {"calls": len(calls), "waits": list(map(float, waits)), "records": len(records)}

def tenacity_retry(**options):
    return outcome(retry(**{"stop": stop_after_attempt(9), "reraise": True, **options}))

def backoff_retry(**options):
    defaults = {"wait_gen": backoff.constant, "exception": ZeroDivisionError, "max_tries": 9}
    return outcome(backoff.on_exception(**{**defaults, **options}))

def value_of(value):
    return value
"""


@pytest.fixture
def server() -> Iterator[GraphQLServer]:
    """A server that is not available."""
    with GraphQLServer() as server:
        server.add(lambda call: True, body="", status=503)
        yield server


def test_the_rows_are_found() -> None:
    """The table has a row for the attempts, the waits and the log."""
    assert [ours for _, _, ours in ROWS] == ["attempts=5", "base=0.1, cap=20", "on_retry=log"]


def test_the_options_mean_the_same(server: GraphQLServer, tmp_path: Path) -> None:
    """The number of calls, the longest waits, and a record for each of them."""
    lines = [f"tenacity_retry({row[0]})" for row in ROWS] + [f"backoff_retry({row[1]})" for row in ROWS]
    there = run_there(BENCH / "python", BEFORE, {}, lines, tmp_path)
    for tenacity, backoff in zip(there[:3], there[3:], strict=True):
        assert tenacity["calls"] == backoff["calls"]
    assert there[1]["waits"] == pytest.approx(there[4]["waits"])

    records: list[float] = []
    names = {"log": lambda error, wait: records.append(wait)}
    policies = [eval(f"RetryPolicy({ours})", {"RetryPolicy": RetryPolicy, **names}) for _, _, ours in ROWS]
    waits = [policies[1].longest_wait(number, is_throttled=False) for number in range(1, 9)]
    assert waits == pytest.approx(there[1]["waits"])
    for policy, found in ((policies[0], there[0]), (policies[2], {"calls": 3})):
        server.calls.clear()
        with Client(server.url, retry=policy) as client, pytest.raises(TransportServerError) as raised:
            client.execute("{ hello }")
        assert len(server.calls) == raised.value.attempts == found["calls"]
    assert len(records) == 2
    assert (there[2]["records"], there[5]["records"]) == (8, 8)
