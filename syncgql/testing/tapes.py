"""Tapes: the directory of the tapes of a test, and the tapes that are recorded in this run."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from pathlib import Path

from ..overwrite_check import check_overwrite
from ..protocol.masking import Mask
from .tape import NOTHING_RECORDED, Tape

logger = logging.getLogger(__name__)

TAPE = r'\{\s*"tape"'
"""The beginning of a tape, of any version; a tape with a merge conflict may be recorded again."""


class Tapes:
    """The tapes of the tests in one directory.

    If several tests of one run record to the same tape, it contains the recordings of all of them.

    Args:
        directory: the directory of relative paths; the default is the current directory.
        records: whether tapes that would be replayed are recorded.
        recorded: the tapes that were recorded in this run, by path; None at the beginning of a run.
        test: the node ID of the test of pytest whose fixture uses them; empty without the fixture.

    Attributes:
        used: the tapes that the test records to.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        records: bool = False,
        recorded: dict[Path, Tape] | None = None,
        test: str = "",
    ) -> None:
        self.records = records
        self._test = test
        self._directory = directory or Path.cwd()
        self._recorded = {} if recorded is None else recorded
        self.used: list[Tape] = []

    def to_record(self, path: str | Path) -> Tape:
        """Return a tape to record to.

        Raises:
            FileExistsError: there is another file at this path.
        """
        full = self._directory / path
        check_overwrite(full, TAPE, "a tape")
        tape = self._recorded.setdefault(full, Tape(full))
        tape.tests.update([self._test] if self._test else [])
        self.used.append(tape)
        return tape

    def save(self, error: BaseException | None) -> None:
        """Write the tapes of ``used`` at the end of a ``with`` block, and warn about each that was not written.

        Args:
            error: the exception that ended the block, after which no tape is written.
        """
        mask = mask_of(self.used)
        for tape in self.used:
            if error is not None:
                # Not warnings.warn, which would replace the exception if warnings are errors.
                logger.warning(tape.not_written(f"the recording ended with {type(error).__name__}"))
            elif not tape.save(mask):
                warnings.warn(tape.not_written(NOTHING_RECORDED), stacklevel=3)

    def to_replay(self, path: str | Path) -> Tape:
        """Return a tape to replay.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not a tape.
        """
        return Tape.load(self._directory / path, self._test)


def mask_of(tapes: Iterable[Tape]) -> Mask:
    """Return the mask of all requests that were sent while these tapes were recorded."""
    return Mask.of_all(mask for tape in tapes for mask in tape.masks)
