"""Progress bars of uploads."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from syncgql import FileVar, GraphQLRequest
from syncgql.cli.upload_bars import upload_bars
from tests.cli.processes import Terminal, syncgql
from tests.fix_servers import PATIENCE
from tests.servers.wire import WireConnection, WireServer

UPLOAD = "mutation ($file: Upload!) { upload(file: $file) { size } }"


@pytest.fixture
def tale(tmp_path: Path) -> Path:
    path = tmp_path / "tale\x1b.txt"
    path.write_text("Once upon a time")
    return path


def test_a_bar_on_a_terminal(library: str, tale: Path) -> None:
    """The bar has the name of the file, without control characters, and does not mix with the result."""
    with Terminal("run", library, UPLOAD, "-v", f"file@{tale}", env={"NO_COLOR": "1"}) as terminal:
        assert terminal.wait() == 0
    assert r"tale\x1b.txt" in terminal.screen
    assert json.loads(terminal.screen[terminal.screen.index("{") :]) == {"upload": {"size": 16}}


def test_no_bar_in_a_pipe(library: str, tale: Path) -> None:
    """Standard error is empty."""
    outcome = syncgql("run", library, UPLOAD, "-v", f"file@{tale}")
    assert outcome == (0, '{"upload": {"size": 16}}\n', "")


def test_ctrl_c_ends_an_upload(tale: Path) -> None:
    """The bar is removed, the cursor is shown again, and the exit code is that of Ctrl-C."""
    requested = threading.Event()

    def hold(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            requested.set()  # no response

    with WireServer(hold) as server, Terminal("run", server.url, UPLOAD, "-v", f"file@{tale}") as terminal:
        terminal.wait_for("tale")
        assert requested.wait(PATIENCE)
        terminal.type("\x03")
        assert terminal.wait() == 130
    assert terminal.screen.rindex("\x1b[?25h") > terminal.screen.rindex("\x1b[?25l")
    assert "Traceback" not in terminal.screen


def test_files_in_a_list_have_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file has its own bar; other values have none."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    files = [FileVar(b"a", filename="a"), FileVar(b"b")]
    with upload_bars([GraphQLRequest("query ($a: A, $b: B) { a }", {"a": files, "b": 1}), GraphQLRequest("{ a }")]):
        assert all(file.on_progress is not None for file in files)
