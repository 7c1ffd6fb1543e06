"""The log of operations, and the set-ups on the page about logging."""

from __future__ import annotations

import json
import logging
import pickle
from pathlib import Path

import pytest

from syncgql import Client, RetryPolicy, TransportServerError
from syncgql.contrib.logging import OperationLog

from ..fix_scripts import RunScript
from ..fix_servers import Server
from ..servers.wire import WireServer, always, answer

PAGE = Path(__file__).parents[2] / "docs" / "logging.md"


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name.startswith("graphql_") and value is not None}


def test_a_query_is_a_line(strawberry_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Its fields describe the call and its outcome, but not its variables."""
    with (
        Client(strawberry_server.url, middleware=[OperationLog()]) as client,
        caplog.at_level(logging.DEBUG, "syncgql"),
    ):
        client.execute_result("query Hi($name: String!) { hello(name: $name) fail }", {"name": "secret"})
    (record,) = caplog.records
    assert record.getMessage().startswith("query Hi: 200 after 0.")
    found = fields(record)
    assert isinstance(found.pop("graphql_elapsed"), float)
    assert found == {
        "graphql_type": "query",
        "graphql_operation": "Hi",
        "graphql_status": 200,
        "graphql_errors": 1,
    }
    assert "secret" not in repr(vars(record))


def test_each_operation_of_a_batch_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """The line has the operation's result, or the error of the batch."""
    entries = answer(b'[{"data": {"ok": 1}}, {"errors": [{"message": "No"}]}]')
    with WireServer(always(entries)) as server, Client(server.url, middleware=[OperationLog()]) as client:
        with caplog.at_level(logging.DEBUG, "syncgql"):
            client.execute_batch_results(["query A { ok }", "query B { ok }"])
        assert [(fields(each)["graphql_operation"], fields(each)["graphql_errors"]) for each in caplog.records] == [
            ("A", 0),
            ("B", 1),
        ]
    caplog.clear()
    with WireServer(always(answer(b"", status="503 Busy"))) as server:
        client = Client(server.url, middleware=[OperationLog()])
        with client, caplog.at_level(logging.DEBUG, "syncgql"), pytest.raises(TransportServerError):
            client.execute_batch(["query A { ok }", "query B { ok }"])
    assert [fields(each)["graphql_error"] for each in caplog.records] == 2 * ["TransportServerError"]


def test_an_exception_is_a_line_and_so_is_each_retry(caplog: pytest.LogCaptureFixture) -> None:
    """Retries are logged at INFO by the policy, with fields as well."""
    with WireServer(always(answer(b"", status="503 Busy"))) as server:
        client = Client(server.url, middleware=[OperationLog()], retry=RetryPolicy(attempts=2, base=0))
        with client, caplog.at_level(logging.DEBUG, "syncgql"), pytest.raises(TransportServerError):
            client.execute("{ ok }")
    retry, failed = caplog.records
    assert (retry.levelname, failed.levelname) == ("INFO", "DEBUG")
    assert fields(retry) == {"graphql_error": "TransportServerError", "graphql_delay": 0, "graphql_attempt": 2}
    found = fields(failed)
    del found["graphql_elapsed"]
    assert found == {
        "graphql_type": "query",
        "graphql_status": 503,
        "graphql_error": "TransportServerError",
        "graphql_attempts": 2,
    }


def test_the_start_of_a_subscription_is_a_line(strawberry_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Its events are not."""
    with (
        Client(strawberry_server.url, middleware=[OperationLog()]) as client,
        caplog.at_level(logging.DEBUG, "syncgql"),
    ):
        list(client.subscribe("subscription Count { count(to: 3) }"))
    lines = [record.getMessage() for record in caplog.records if record.name == "syncgql.contrib.logging"]
    assert [line.partition(" after")[0] for line in lines] == ["subscription Count: sent"]


def test_logger_and_level_can_be_chosen(strawberry_server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Below its level, nothing is logged; the middleware pickles."""
    log: OperationLog = pickle.loads(pickle.dumps(OperationLog(logging.getLogger("app"), logging.INFO)))
    with Client(strawberry_server.url, middleware=[log]) as client:
        with caplog.at_level(logging.WARNING, "app"):
            client.execute("{ hello }")
        assert caplog.records == []
        with caplog.at_level(logging.INFO, "app"):
            client.execute("{ hello }")
    assert [(record.name, record.levelname) for record in caplog.records] == [("app", "INFO")]


@pytest.mark.parametrize("number", [0, 1])
def test_the_set_ups_of_the_page_print_the_fields(
    number: int, strawberry_server: Server, run_script: RunScript
) -> None:
    """Django's LOGGING and structlog print one JSON object for each line."""
    files = [part.split("```", 1)[0] for part in PAGE.read_text("utf-8").split("```python\n# ")[1:]]
    source = "# " + files[number]
    if "LOGGING =" in source:
        source += "\nimport logging.config\nlogging.config.dictConfig(LOGGING)\n"
    source += f"""
from syncgql import Client
from syncgql.contrib.logging import OperationLog

with Client({strawberry_server.url!r}, middleware=[OperationLog()]) as client:
    client.execute("query Hello {{ hello }}")
"""
    done = run_script(source)
    line = json.loads(done.stderr)
    assert (done.exit_code, line["graphql_operation"], line["graphql_status"]) == (0, "Hello", 200)
