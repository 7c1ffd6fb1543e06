"""check_called: compares the calls that were received with those that a test expects."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from .recorded_request import RecordedRequest, json_variables
from .rule import Matcher


def check_called(
    calls: Sequence[RecordedRequest],
    matches: Matcher,
    variables: Mapping[str, Any] | None,
    headers: Mapping[str, str],
    times: int | None,
    registered: Sequence[str],
) -> None:
    """Check the number of calls of an operation; see ``Answers.assert_called``.

    Args:
        calls: all calls.
        matches: the operation.
        variables: all variables of the expected calls; None for any.
        headers: headers that the expected calls have.
        times: their number; None for at least one.
        registered: the names of the operations that have answers.

    Raises:
        AssertionError: the number differs.
    """
    found = sum(matches(call) and _has(call, variables, headers) for call in calls)
    if found == times or (times is None and found):
        return
    expected = "at least 1" if times is None else str(times)
    wanted = matches if variables is None else f"{matches} {json_variables(variables)}"
    received = "\n  ".join(_described(call, headers) for call in calls) or "none"
    names = {*registered, *(call.operation_name for call in calls if call.operation_name)}
    raise AssertionError(
        f"Expected matching calls of {wanted}: {expected}; found: {found}.{_other_name(matches.name, names)} "
        f"All calls:\n  {received}"
    )


def _has(call: RecordedRequest, variables: Mapping[str, Any] | None, headers: Mapping[str, str]) -> bool:
    if variables is not None and dict(call.variables) != json_variables(variables):
        return False
    return all(call.headers.get(name) == value for name, value in headers.items())


def _described(call: RecordedRequest, headers: Mapping[str, str]) -> str:
    """Describe a call; name expected headers that are missing or differ, but not their values, which may be secret."""
    text = f"{call} {dict(call.variables)}"
    missing = [name for name in headers if name not in call.headers]
    others = [name for name, value in headers.items() if name in call.headers and call.headers[name] != value]
    text += f", without the header {', '.join(missing)}" if missing else ""
    return text + (f", with another value of the header {', '.join(others)}" if others else "")


def _other_name(name: str | None, names: set[str]) -> str:
    """Return a hint if a name was neither registered nor called."""
    if name is None or name in names or not names:
        return ""
    near = difflib.get_close_matches(name, sorted(names), 1, 0.0)
    return f" {name} was neither registered nor called; the most similar name is {near[0]!r}."
