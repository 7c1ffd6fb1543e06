"""Tapes: the directory of the tapes of a test, and the tapes that are recorded in this run."""

from __future__ import annotations

from pathlib import Path

from ..overwrite_check import check_overwrite
from .tape import Tape

TAPE = r'\{\s*"tape"'
"""The beginning of a tape, of any version; a tape with a merge conflict may be recorded again."""


class Tapes:
    """The tapes of the tests in one directory.

    If several tests of one run record to the same tape, it contains the recordings of all of them, instead of the
    recordings of earlier runs.

    Args:
        directory: the directory of relative paths; the default is the current directory.
        records: whether tapes that would be replayed are recorded.
        recorded: the tapes that were recorded in this run, by path; None at the beginning of a run.
    """

    def __init__(
        self, directory: Path | None = None, *, records: bool = False, recorded: dict[Path, Tape] | None = None
    ) -> None:
        self.records = records
        self._directory = directory or Path.cwd()
        self._recorded = {} if recorded is None else recorded

    def to_record(self, path: str | Path) -> Tape:
        """Return a tape to record to.

        Raises:
            FileExistsError: there is another file at this path.
        """
        full = self._directory / path
        check_overwrite(full, TAPE, "a tape")
        return self._recorded.setdefault(full, Tape(full))

    def to_replay(self, path: str | Path) -> Tape:
        """Return a tape to replay.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not a tape.
        """
        return Tape.load(self._directory / path)
