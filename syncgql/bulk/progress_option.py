"""The option ``progress=`` of bulk operations, and the progress bar on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..checks import check_function
from .notebook_line import NotebookLine
from .progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

ProgressOption = bool | Callable[[int, int | None], object] | None
"""True for a progress bar on a terminal, or a function of the current count and the total, None if it is unknown."""


class Bar(Progress):
    """A rich progress bar on stderr: count, total, rate, elapsed and remaining time.

    Args:
        label: the text before the bar.
        total: the total count; None if it is unknown.
    """

    def __init__(self, label: str, total: int | None = None) -> None:
        super().__init__(self._show, total)
        self._label = label
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, done: int, total: int | None) -> None:
        if self._bar is None or self._task is None:
            self._bar = _rich_bar()
            self._task = self._bar.add_task(self._label, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)


def progress_of(option: ProgressOption, label: str, total: int | None = None) -> Progress:
    """Return the progress for the option ``progress=``.

    Args:
        option: the option.
        label: the text before the bar.
        total: the total count; None if it is unknown.

    Raises:
        TypeError: *option* is neither a bool, None nor a function of two parameters.
        ModuleNotFoundError: *option* is True on a terminal, and rich is not installed.
    """
    if option is None or option is False:
        return Progress(_ignore)
    if option is not True:
        return Progress(check_function("progress", option, 2), total)
    if "ipykernel" in sys.modules:
        return NotebookLine(label, total)
    if sys.stderr is None or not sys.stderr.isatty():
        return Progress(_ignore)
    _import_rich()
    return Bar(label, total)


def _ignore(done: int, total: int | None) -> None:
    """Report nothing."""


def _import_rich() -> Any:
    try:
        import rich.progress as module
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "progress=True needs rich for its progress bar; install the extra syncgql[cli]. "
            "Or pass a function of two parameters as progress=.",
            name="rich",
        ) from error
    return module


def _rich_bar() -> RichProgress:
    rich = _import_rich()
    from rich.console import Console
    from rich.text import Text

    class Rate(rich.ProgressColumn):  # type: ignore[name-defined,misc]  # rich is imported when it is needed
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed or task.finished_speed or 0:,.0f}/s")

    bar: RichProgress = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        Rate(),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    return bar
