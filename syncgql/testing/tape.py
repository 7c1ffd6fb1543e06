"""Tape: a file with recorded operations and the responses of a real server to them."""

from __future__ import annotations

import itertools
import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from graphql import print_ast

from ..protocol.masking import Mask
from .recorded_request import RecordedRequest, as_json
from .redactor import Redactor
from .tape_mismatch import describe_mismatch

VERSION = 1

MEMBERS = ("status", "headers", "data", "errors", "extensions", "body", "events", "end")
"""The members of a recording that describe the response."""


NO_EVENTS: Mapping[str, Any] = {"events": []}
"""The response of a subscription from which nothing has arrived, perhaps because the server was down."""

NOTHING_RECORDED = "no response was recorded"
"""The reason why a tape does not replace an earlier one."""


class NotRecorded(Exception):
    """An operation is not on the tape; the message shows the nearest recording."""


class Recording(NamedTuple):
    """An operation and the response to it.

    Attributes:
        operation: the type and the name of the operation, for example ``query Book``.
        document: the lines of the document, as graphql-core prints it.
        variables: the variables that are not left out, as JSON values.
        response: the members of the response. A recording of a subscription is created before its events arrive.
    """

    operation: str
    document: list[str]
    variables: Mapping[str, Any]
    response: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """Identifies the operation; recordings with the same key are successive responses to it."""
        return self.operation, "\n".join(self.document), json.dumps(self.variables, sort_keys=True)

    def as_json(self) -> dict[str, Any]:
        """Return the recording as JSON: the members that are not empty, in a fixed order."""
        members = {"operation": self.operation, "document": self.document, "variables": self.variables}
        ordered = {name: self.response[name] for name in MEMBERS if name in self.response}
        return {**{name: value for name, value in members.items() if value}, **ordered}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Recording:
        """Return the recording that ``as_json`` wrote."""
        response = {name: value[name] for name in MEMBERS if name in value}
        return cls(value["operation"], value["document"], value.get("variables", {}), response)


class Tape:
    """The recordings of one file.

    Any number of threads may record and play: ``append`` and ``next`` are atomic.

    Args:
        path: the file.
        recordings: its recordings.
    """

    def __init__(self, path: Path, recordings: Sequence[Recording] = ()) -> None:
        self.path = path
        self.recordings = list(recordings)
        self._played: dict[tuple[str, str, str], Iterator[int]] = {}

    @classmethod
    def load(cls, path: Path) -> Tape:
        """Read a tape.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not a tape.
        """
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["tape"] != VERSION:
                raise ValueError(f"its version is {content['tape']}, not {VERSION}")
            return cls(path, [Recording.from_json(each) for each in content["recordings"]])
        except FileNotFoundError as error:
            raise FileNotFoundError(error.errno, f"There is no tape to replay. {how_to_record()}", str(path)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not a tape: {error!r}. {how_to_record(again=True)}") from error

    def save(self) -> bool:
        """Write the recordings in an order that does not depend on the order of different operations.

        Returns:
            Whether the file was written. A tape without responses does not replace a tape that has some.
        """
        kept: list[Recording] = []
        ordered = sorted(self.recordings, key=lambda each: each.key)  # sorting is stable
        for _, group in itertools.groupby(ordered, key=lambda each: each.key):
            responses = list(group)
            while len(responses) > 1 and responses[-1] == responses[-2]:
                responses.pop()  # the last response is repeated anyway
            kept += responses
        content = {"tape": VERSION, "recordings": [recording.as_json() for recording in kept]}
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        if not _has_responses(kept) and self._has_earlier_responses():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Only a complete file replaces the tape, even if the process is killed meanwhile.
        written = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        written.write_text(text, "utf-8")
        written.replace(self.path)
        return True

    def _has_earlier_responses(self) -> bool:
        try:
            return _has_responses(Tape.load(self.path).recordings)
        except FileNotFoundError:
            return False
        except ValueError:
            return True  # of another version, or with a merge conflict

    def not_written(self, reason: str) -> str:
        """Return a message which says that the tape was not written, and whether there is an earlier one."""
        if self.path.is_file():
            return f"The earlier tape {self.path} was kept, because {reason}."
        return f"The tape {self.path} was not written, because {reason}."

    def record(self, call: RecordedRequest, redactor: Redactor, response: Mapping[str, Any]) -> Recording:
        """Add the response to a call, without credentials and values that are left out."""
        recording = recording_of(call, redactor)._replace(response=self.clean(call, redactor, response))
        self.recordings.append(recording)
        return recording

    @staticmethod
    def clean(call: RecordedRequest, redactor: Redactor, response: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of a response, without credentials of the call and values that are left out."""
        mask = Mask(call.headers, call.url, call.init_payload)
        kept: dict[str, Any] = redactor.response(mask.value(as_json(response)))
        return kept

    def play(self, call: RecordedRequest, redactor: Redactor) -> Mapping[str, Any]:
        """Return the next response to a call; the last one is repeated.

        Raises:
            NotRecorded: the operation was not recorded with these variables.
        """
        wanted = recording_of(call, redactor)
        found = self.matching(wanted)
        number = next(self._played.setdefault(wanted.key, itertools.count()))
        return found[min(number, len(found) - 1)].response

    def check(self, call: RecordedRequest, redactor: Redactor) -> None:
        """Raise the exceptions of ``play`` without playing a recording."""
        self.matching(recording_of(call, redactor))

    def matching(self, wanted: Recording) -> list[Recording]:
        """Return the recordings of the same operation with the same variables.

        Raises:
            NotRecorded: there is none.
        """
        found = [recording for recording in self.recordings if recording.key == wanted.key]
        if not found:
            raise NotRecorded(f"{self.path} {describe_mismatch(wanted, self.recordings)}\n{how_to_record(again=True)}")
        return found


def _has_responses(recordings: Sequence[Recording]) -> bool:
    return any(recording.response != NO_EVENTS for recording in recordings)


def recording_of(call: RecordedRequest, redactor: Redactor) -> Recording:
    """Return the recording of a call, with an empty response."""
    mask = Mask(call.headers, call.url, call.init_payload)
    variables = mask.value(redactor.variables(as_json(dict(call.variables))))
    return Recording(str(call), print_ast(call.request.document).splitlines(), variables, {})


def how_to_record(*, again: bool = False) -> str:
    """Return instructions for recording the current test of pytest, or the current program without pytest."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    verb = "record it again" if again else "record it"
    if not test:
        return f"To {verb}, call record() instead of replay()."
    return f"To {verb}, with the real server: pytest --syncgql-record {shlex.quote(test)}"
