"""Recording: an operation and the response to it, as they are on a tape."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import print_ast

from ..protocol.masking import MASK, Mask
from .recorded_request import RecordedRequest, as_json
from .redactor import Redactor

MEMBERS = ("status", "headers", "data", "errors", "extensions", "body", "events", "end")
"""The members of a recording that describe the response."""

STRING = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\])*"', re.DOTALL)
"""A string in a document."""


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

    @classmethod
    def of(cls, call: RecordedRequest, redactor: Redactor, response: dict[str, Any]) -> Recording:
        """Return the recording of a call, with its credentials."""
        variables = redactor.variables(as_json(dict(call.variables)))
        return cls(str(call), print_ast(call.request.document).splitlines(), variables, response)

    @property
    def key(self) -> tuple[str, str, str]:
        """Identifies the operation; recordings with the same key are successive responses to it."""
        return self.operation, "\n".join(self.document), json.dumps(self.variables, sort_keys=True)

    def masked(self, mask: Mask) -> Recording:
        """Return the recording without the credentials of a mask."""
        text = STRING.sub(lambda found: mask.text(found[0]), "\n".join(self.document))
        variables, response = mask.value(self.variables), mask.value(self.response)
        return Recording(self.operation, text.splitlines(), variables, response)

    def fits(self, sent: Recording) -> bool:
        """Return whether this is a recording of *sent*, whose credentials may be ``***`` here."""
        if self.operation != sent.operation or not _fits("\n".join(self.document), "\n".join(sent.document)):
            return False
        return _fits(self.variables, sent.variables)

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


def _fits(recorded: Any, sent: Any) -> bool:
    """Return whether two JSON values are equal, except that ``***`` stands for any text."""
    match recorded, sent:
        case str(), str() if MASK in recorded:
            pattern = ".*".join(re.escape(part) for part in recorded.split(MASK))
            return re.fullmatch(pattern, sent, re.DOTALL) is not None
        case dict(), dict():
            return recorded.keys() == sent.keys() and all(_fits(recorded[name], sent[name]) for name in recorded)
        case list(), list():
            return len(recorded) == len(sent) and all(map(_fits, recorded, sent))
    return type(recorded) is type(sent) and bool(recorded == sent)
