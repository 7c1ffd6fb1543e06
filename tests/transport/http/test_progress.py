"""Progress: when ``on_progress`` is called, and with what."""

from __future__ import annotations

import pytest

from syncgql import FileVar, TransportError
from syncgql.file_var import OnProgress
from syncgql.protocol.multipart_request import FilePart
from syncgql.transport.http import progress as module
from syncgql.transport.http.file_source import FileSource
from syncgql.transport.http.progress import Progress


def progress_of(on_progress: OnProgress | None) -> Progress:
    file = FileVar(b"abcd", filename="f", on_progress=on_progress)
    return Progress(FileSource(FilePart("0", file, "variables.file")))


@pytest.mark.parametrize(("interval", "is_due"), [(0, True), (1000, False)])
def test_report_is_due_after_the_interval(monkeypatch: pytest.MonkeyPatch, interval: float, is_due: bool) -> None:
    """At the first bytes, then not before the interval has passed; ``is_behind`` is true if a last report is due."""
    monkeypatch.setattr(module, "INTERVAL", interval)
    reported: list[tuple[int, int | None]] = []
    progress = progress_of(lambda *each: reported.append(each))
    assert progress.is_behind
    assert progress.advance(1)
    progress.report()
    assert not progress.is_behind
    assert progress.advance(3) is is_due
    assert progress.is_behind
    progress.report()
    assert not progress.is_behind
    assert reported == [(1, 4), (4, 4)]


def test_no_callback() -> None:
    """Without a function no report is due."""
    progress = progress_of(None)
    assert not progress.advance(1)
    assert not progress.is_behind
    progress.report()


def test_an_error_names_the_file() -> None:
    """An exception of the function ends the request, and the message names the function."""

    def fail(sent: int, total: int | None) -> None:
        raise RuntimeError("no")

    with pytest.raises(TransportError, match=r"^variables\.file: on_progress failed: RuntimeError\('no'\)") as info:
        progress_of(fail).report()
    assert isinstance(info.value.__cause__, RuntimeError)
