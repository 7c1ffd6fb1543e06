"""Progress bars for uploaded files, on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..file_var import FileVar
from ..messages import escaped
from ..request import GraphQLRequest

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def upload_bars(requests: Iterable[GraphQLRequest]) -> Iterator[None]:
    """Show the upload progress of the files in the variables, on standard error if it is a terminal.

    The bars disappear at the end, so that they do not mix with the lines of the result.
    """
    files = [file for request in requests for file in _files(request)]
    if not files or not sys.stderr.isatty():
        yield
        return
    with _progress() as progress:
        for file in files:
            _show(file, progress)
        yield


def _files(request: GraphQLRequest) -> Iterator[FileVar]:
    """Yield the files of ``name@file``: variables, or items of a variable that is a list."""
    for value in (request.variable_values or {}).values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, FileVar))


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _show(file: FileVar, progress: Progress) -> None:
    task = progress.add_task(escaped(file.filename or "file"), total=None)

    # Called in a worker thread; rich's progress can be updated in any thread.
    def update(sent: int, size: int | None) -> None:
        progress.update(task, completed=sent, total=size)

    file.on_progress = update
