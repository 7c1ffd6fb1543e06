"""Tape: a file with recorded operations and the responses of a real server to them."""

from __future__ import annotations

import itertools
import json
import os
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..protocol.masking import Mask
from .recorded_request import RecordedRequest
from .recording import Recording
from .redactor import Redactor
from .tape_mismatch import describe_mismatch

VERSION = 1

NO_EVENTS: Mapping[str, Any] = {"events": []}
"""The response of a subscription from which nothing has arrived, perhaps because the server was down."""

NOTHING_RECORDED = "no response was recorded"
"""The reason why a tape does not replace an earlier one."""


class NotRecorded(Exception):
    """An operation is not on the tape; the message shows the nearest recording."""


class Tape:
    """The recordings of one file.

    Any number of threads may record and play: ``append`` and ``next`` are atomic.

    Args:
        path: the file.
        recordings: its recordings.
        tests: the node IDs of the tests of pytest that recorded to it.
        test: the node ID of the test of pytest that replays it; empty if it is not replayed by the fixture.

    Attributes:
        recordings: the recordings, which contain credentials until the tape is saved.
        masks: the masks of the requests that were sent while it was recorded.
        absent: the tests whose recordings the last ``save`` has kept, because they did not run.
    """

    def __init__(
        self, path: Path, recordings: Sequence[Recording] = (), tests: Collection[str] = (), test: str = ""
    ) -> None:
        self.path = path
        self.recordings = list(recordings)
        self.tests = set(tests)
        self.masks: list[Mask] = []
        self.absent: list[str] = []
        self._test = test
        self._played: dict[tuple[str, str, str], Iterator[int]] = {}

    @classmethod
    def load(cls, path: Path, test: str = "") -> Tape:
        """Read a tape.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not a tape.
        """
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["tape"] != VERSION:
                raise ValueError(f"its version is {content['tape']}, not {VERSION}")
            recordings = [Recording.from_json(each) for each in content["recordings"]]
            return cls(path, recordings, content.get("tests", ()), test)
        except FileNotFoundError as error:
            advice = how_to_record(test)
            raise FileNotFoundError(error.errno, f"There is no tape to replay. {advice}", str(path)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not a tape: {error!r}. {how_to_record(test, again=True)}") from error

    def record(self, call: RecordedRequest, mask: Mask, redactor: Redactor, response: dict[str, Any]) -> None:
        """Add the response to a call; *mask* hides the credentials that were sent with it."""
        self.masks.append(mask)
        self.recordings.append(Recording.of(call, redactor, response))

    def save(self, mask: Mask) -> bool:
        """Write the recordings in an order that does not depend on the order of different operations.

        If the earlier tape names tests that did not record to this one, its recordings of other operations are kept.

        Args:
            mask: hides the credentials of all requests of the run, because a response may contain a credential that a
                later request sends.

        Returns:
            Whether the file was written. A tape without responses does not replace a tape that has some.
        """
        recordings = [recording.masked(mask) for recording in self.recordings]
        if not _has_responses(recordings) and self._has_earlier_responses():
            return False
        recordings += self._kept({recording.key for recording in recordings})
        ordered = sorted(recordings, key=lambda each: each.key)  # sorting is stable
        written: list[dict[str, Any]] = []
        for _, group in itertools.groupby(ordered, key=lambda each: each.key):
            responses = list(group)
            while len(responses) > 1 and responses[-1] == responses[-2]:
                responses.pop()  # the last response is repeated anyway
            written += [recording.as_json() for recording in responses]
        tests = {"tests": sorted({*self.tests, *self.absent})} if self.tests or self.absent else {}
        self._write({"tape": VERSION, **tests, "recordings": written})
        return True

    def _kept(self, recorded: Collection[tuple[str, str, str]]) -> list[Recording]:
        """Return the recordings of the earlier tape that may be needed by tests that did not run."""
        try:
            earlier = Tape.load(self.path)
        except (FileNotFoundError, ValueError):
            return []
        self.absent = sorted(earlier.tests - self.tests)
        return [each for each in earlier.recordings if each.key not in recorded] if self.absent else []

    def _write(self, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Only a complete file replaces the tape, even if the process is killed meanwhile.
        written = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        written.write_text(text, "utf-8")
        written.replace(self.path)

    def _has_earlier_responses(self) -> bool:
        try:
            return _has_responses(Tape.load(self.path).recordings)
        except FileNotFoundError:
            return False
        except ValueError:
            return True  # of another version, or with a merge conflict

    def written(self) -> str:
        """Return a message that the tape was written, and for which tests earlier recordings were kept."""
        kept = f" Earlier recordings were kept for {', '.join(self.absent)}." if self.absent else ""
        return f"{self.path} was recorded.{kept}"

    def not_written(self, reason: str) -> str:
        """Return a message which says that the tape was not written, and whether there is an earlier one."""
        if self.path.is_file():
            return f"The earlier tape {self.path} was kept, because {reason}."
        return f"The tape {self.path} was not written, because {reason}."

    def play(self, call: RecordedRequest, redactor: Redactor) -> Mapping[str, Any]:
        """Return the next response to a call; the last one is repeated.

        Raises:
            NotRecorded: the operation was not recorded with these variables.
        """
        found = self._matching(call, redactor)
        number = next(self._played.setdefault(found[0].key, itertools.count()))
        return found[min(number, len(found) - 1)].response

    def check(self, call: RecordedRequest, redactor: Redactor) -> None:
        """Raise the exceptions of ``play`` without playing a recording."""
        self._matching(call, redactor)

    def how_to_record_again(self) -> str:
        """Return instructions for recording the tape again."""
        return how_to_record(self._test, again=True)

    def _matching(self, call: RecordedRequest, redactor: Redactor) -> list[Recording]:
        """Return the recordings of the same operation with the same variables; at least one."""
        sent = Recording.of(call, redactor, {})
        fitting = [recording.key for recording in self.recordings if recording.fits(sent)]
        if not fitting:
            wanted = sent.masked(Mask(call.headers, call.url, call.init_payload))
            mismatch = describe_mismatch(wanted, self.recordings)
            raise NotRecorded(f"{self.path} {mismatch}\n{self.how_to_record_again()}")
        key = sent.key if sent.key in fitting else fitting[0]
        return [recording for recording in self.recordings if recording.key == key]


def _has_responses(recordings: Sequence[Recording]) -> bool:
    return any(recording.response != NO_EVENTS for recording in recordings)


def how_to_record(test: str, *, again: bool = False) -> str:
    """Return instructions for recording a tape.

    Args:
        test: the node ID of the test whose fixture replays the tape; empty if there is none, because the option of
            pytest applies only to the fixture.
        again: whether there is a tape.
    """
    verb = "record it again" if again else "record it"
    if not test:
        return f"To {verb}, with the real server, call record() instead of replay()."
    return f"To {verb}, with the real server: pytest --syncgql-record {shlex.quote(test)}"
