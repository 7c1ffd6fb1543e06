"""Player: replays a tape as the answers of a mock."""

from __future__ import annotations

from collections.abc import Sequence

from .answer import Answer
from .recorded_request import RecordedRequest
from .redactor import Redactor
from .script import Complete, Event, Reject, Step
from .tape import Tape


class Player:
    """Replays a tape.

    Args:
        tape: the tape.
        redactor: removes the same values from calls as from the recording.
    """

    def __init__(self, tape: Tape, redactor: Redactor) -> None:
        self._tape = tape
        self._redactor = redactor

    def answer(self, call: RecordedRequest) -> Answer:
        """Return the recorded response to a query or mutation.

        Raises:
            NotRecorded: the operation was not recorded.
        """
        response = self._tape.play(call, self._redactor)
        payload = {name: response[name] for name in ("data", "errors", "extensions") if name in response}
        return Answer(payload, response.get("status", 200), response.get("headers", {}), response.get("body"))

    def act(self, call: RecordedRequest) -> list[Step]:
        """Return the steps of a recorded subscription, which stays open unless its end was recorded.

        Raises:
            NotRecorded: the operation was not recorded.
        """
        response = self._tape.play(call, self._redactor)
        steps: list[Step] = [Event(payload) for payload in response.get("events", ())]
        match response.get("end"):
            case "complete":
                steps.append(Complete())
            case {"errors": errors}:
                steps.append(Reject(errors))
        return steps

    def describe_stale(self, call: RecordedRequest, problems: Sequence[str]) -> str:
        """Return a message for a recorded response that no server with the schema would send."""
        listed = "\n".join(f"- {problem}" for problem in problems)
        found = f"{self._tape.path} has a response to {call} that could not come from a server with this schema:"
        return f"{found}\n{listed}\n{self._tape.how_to_record_again()}"

    def check(self, call: RecordedRequest) -> None:
        """Raise ``NotRecorded`` if an operation was not recorded."""
        self._tape.check(call, self._redactor)
