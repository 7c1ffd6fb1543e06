"""describe_mismatch: explains why a tape has no response to an operation."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

SHOWN = 20
"""The number of recordings that a message lists."""


class Recorded(Protocol):
    """The part of a recording that identifies its operation."""

    @property
    def operation(self) -> str: ...

    @property
    def document(self) -> list[str]: ...

    @property
    def variables(self) -> Mapping[str, Any]: ...


def describe_mismatch(wanted: Recorded, recordings: Sequence[Recorded]) -> str:
    """Return a text of several lines: the operation, the difference from the nearest recording, and all recordings."""
    asked = f"has no response to {_line(wanted)}."
    if not recordings:
        return f"{asked}\nNothing was recorded."
    each = list(dict.fromkeys(_line(recording) for recording in recordings))
    more = f"\n  and {len(each) - SHOWN} more" if len(each) > SHOWN else ""
    listed = "".join(f"\n  {line}" for line in each[:SHOWN]) + more
    return f"{asked}\n{_describe_nearest(wanted, recordings)}\nThe recorded operations are:{listed}"


def _describe_nearest(wanted: Recorded, recordings: Sequence[Recorded]) -> str:
    same = [each for each in recordings if (each.operation, each.document) == (wanted.operation, wanted.document)]
    if same:
        nearest = min(same, key=lambda each: len(_differences(wanted.variables, each.variables)))
        differences = _differences(wanted.variables, nearest.variables)
        return "The nearest recording has other variables:" + "".join(f"\n  {line}" for line in differences)
    named = [each for each in recordings if each.operation == wanted.operation]
    if named:
        old, new = named[0].document, wanted.document
        lines = list(difflib.unified_diff(old, new, "recorded", "sent", n=1, lineterm=""))
        return "The document has changed since it was recorded:" + "".join(f"\n  {line}" for line in lines)
    near = difflib.get_close_matches(wanted.operation, [each.operation for each in recordings], 1, 0.0)
    return f"The nearest name is {near[0]!r}."


def _differences(sent: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    names = sorted({*sent, *recorded})
    each = {name: (_value(recorded, name), _value(sent, name)) for name in names}
    return [f"{name}: {old} was recorded, {new} was sent" for name, (old, new) in each.items() if old != new]


def _value(variables: Mapping[str, Any], name: str) -> str:
    return json.dumps(variables[name], ensure_ascii=False) if name in variables else "nothing"


def _line(recording: Recorded) -> str:
    variables = json.dumps(recording.variables, ensure_ascii=False) if recording.variables else ""
    return f"{recording.operation} {variables}".strip()
