"""The exit codes of docs/command_line.md, each from a real failure; data stays on stdout, messages on stderr.

Some of these tests use the installed command, as a user does; the others a fork of a process that has imported it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from syncgql import SubscriptionOverflow, TransportCredentialsMissing, TransportRateLimited
from syncgql.cli.exit_codes import ExitCode, exit_code
from tests.fix_servers import PATIENCE, Server
from tests.fix_streams import StreamServer
from tests.ports import reserved_port

from .processes import COMMAND, Terminal, environment, installed_syncgql, start, syncgql


def test_0_for_data(library: str) -> None:
    """Data is one line of JSON in a pipe, and stderr is empty."""
    assert installed_syncgql("run", library, "{ hello }") == (0, '{"hello": "Hello world!"}\n', "")


def test_1_for_errors(library: str) -> None:
    """The data is still printed; --allow-errors makes it 0."""
    query = '{ hello book(id: "99") { title } }'
    data, error = '{"hello": "Hello world!", "book": null}\n', "syncgql: There is no book 99. (at book)\n"
    assert installed_syncgql("run", library, query) == (1, data, error)
    assert syncgql("run", library, query, "--allow-errors") == (0, data, error)


def test_2_for_a_mistake_in_the_call(library: str) -> None:
    """Options, names of endpoints and files."""
    for arguments in (
        [],
        [library, "{ hello }", "--nonsense"],
        ["no-such-endpoint", "{ hello }"],
        [library, "-f", "missing.graphql"],
        ["ftp://127.0.0.1/", "{ hello }"],
        [library, "{ hello }", "--timeout", "-1"],
        [library, "{ hello }", "-H", "no colon"],
    ):
        outcome = syncgql("run", *arguments)
        assert (outcome.exit_code, outcome.stdout) == (2, ""), arguments
        assert "Traceback" not in outcome.stderr


def test_3_for_no_connection() -> None:
    """The message names the address."""
    with reserved_port() as port:
        outcome = installed_syncgql("run", f"http://127.0.0.1:{port}/", "{ hello }")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert outcome.stderr.startswith(f"syncgql: Could not connect to http://127.0.0.1:{port}/")
    assert outcome.stderr.count("\n") == 1


def test_4_for_a_status(library: str) -> None:
    """An HTTP error that is no GraphQL response."""
    outcome = syncgql("run", f"{library}l", "{ hello }")
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert "404" in outcome.stderr


def test_5_for_a_response_that_is_not_graphql(strawberry_server: Server) -> None:
    """The response is an HTML page with status 200."""
    outcome = syncgql("run", strawberry_server.canned("<html>", content_type="text/html"), "{ hello }")
    assert (outcome.exit_code, outcome.stdout) == (5, "")


def test_6_for_a_time_limit(strawberry_streams: StreamServer) -> None:
    """The call is cancelled at the limit."""
    outcome = syncgql("run", strawberry_streams.url, "{ slow(seconds: 600) }", "--timeout", "0.5")
    assert (outcome.exit_code, outcome.stdout) == (6, "")
    assert "0.5 s" in outcome.stderr
    assert outcome.stderr.endswith(" Pass a higher --timeout.\n")


def test_7_for_refused_credentials(strawberry_server: Server) -> None:
    """The token is not shown, although the server repeats it."""
    url = strawberry_server.canned("bad token: s3cret-token", status=401, content_type="text/plain")
    outcome = syncgql("run", url, "{ hello }", "--auth", "bearer:@env:TOKEN", env={"TOKEN": "s3cret-token"})
    assert (outcome.exit_code, outcome.stdout) == (7, "")
    assert "s3cret-token" not in outcome.stderr


def test_8_for_an_invalid_document(library: str) -> None:
    """A syntax error is found before anything is sent; its place is shown."""
    outcome = syncgql("run", library, "{ hello")
    assert (outcome.exit_code, outcome.stdout) == (8, "")
    assert outcome.stderr.startswith("syncgql: Syntax Error: Expected Name, found <EOF>.")


@pytest.mark.parametrize("in_terminal", [False, True])
def test_130_for_ctrl_c(strawberry_streams: StreamServer, in_terminal: bool) -> None:
    """Ctrl-C ends the command without a message, and the operation on the server."""
    arguments = ["run", strawberry_streams.url, "{ slow(seconds: 600) }", "--timeout", "0"]
    if in_terminal:
        with Terminal(*arguments) as terminal:
            strawberry_streams.wait_for("started", name="slow")
            terminal.type("\x03")
            assert terminal.wait() == 130
        assert terminal.screen.strip() in ("", "^C")
    else:
        with start(*arguments) as process:
            strawberry_streams.wait_for("started", name="slow")
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 130
    strawberry_streams.wait_for("ended", name="slow")


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_130_for_ctrl_c_in_a_prompt(library: str, key: str) -> None:
    """So does Ctrl-D: both leave the prompt without an answer, and 1 would mean a response with errors."""
    with Terminal("run", library, "{ hello }", "--auth", "bearer:@prompt") as terminal:
        terminal.wait_for("Token: ")
        terminal.type(key)
        assert terminal.wait() == 130
    assert "hello" not in terminal.screen


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Windows has no SIGPIPE")
def test_a_closed_pipe_ends_quietly(github_sdl: str, tmp_path: Path) -> None:
    """``| head -1`` gets its line, and the command says nothing; the code is that of a program that SIGPIPE ended."""
    (tmp_path / "github.graphql").write_text(github_sdl, "utf-8")
    shell = f"set -o pipefail; '{COMMAND}' schema github.graphql | head -1"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, env=environment(), cwd=tmp_path, timeout=2 * PATIENCE
    )
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (141, 1, "")


def test_codes_of_other_errors() -> None:
    """Errors that no server of the tests causes."""
    assert exit_code(TransportCredentialsMissing("", missing="region")) is ExitCode.CREDENTIALS
    assert exit_code(TransportRateLimited("")) is ExitCode.STATUS
    assert exit_code(SubscriptionOverflow("", buffered=1, limit=1)) is ExitCode.PROTOCOL


def test_debug_shows_the_traceback() -> None:
    """--debug adds the traceback and the log, which otherwise would hide the message."""
    outcome = syncgql("--debug", "run", "http://127.0.0.1:1/", "{ hello }")
    assert outcome.exit_code == 3
    assert "Traceback" in outcome.stderr
    assert outcome.stderr.splitlines()[-1].startswith("syncgql: Could not connect")
    assert os.linesep not in outcome.stdout
    wrong = syncgql("--debug", "run", "http://127.0.0.1:1/", "{ hello }", "--select", "nope")
    assert wrong.exit_code == 2
    assert "Traceback" in wrong.stderr
    assert "the document does not select 'nope'" in wrong.stderr.splitlines()[-1]


def test_debug_shows_a_line_for_each_operation(library: str) -> None:
    """An operation whose response has errors has a line, too, because no exception with a traceback is raised."""
    for query, code in (("{ hello }", 0), ("{ nope }", 1)):
        outcome = syncgql("--debug", "run", library, query)
        assert outcome.exit_code == code
        assert re.search(
            r"^DEBUG syncgql.cli.connection: operation: HTTP 200 in .* errors$", outcome.stderr, re.MULTILINE
        )
        assert "DEBUG" not in syncgql("run", library, query).stderr
