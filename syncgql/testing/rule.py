"""Rule: the answers to one operation of a mock or a test server."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from graphql import DocumentNode, print_ast

from ..request import GraphQLRequest, parse_document
from .answer import Answer
from .recorded_request import RecordedRequest
from .script import Script

Match = str | DocumentNode | GraphQLRequest | Callable[[RecordedRequest], bool]

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class Rule:
    """The answers to matching operations, given in order; the last one is repeated."""

    def __init__(
        self, match: Match, answers: Sequence[Callable[[RecordedRequest], Answer]], script: Script | None
    ) -> None:
        self.name, self._matches = matcher(match)
        self.script = script
        self.answers = list(answers)
        self._used = itertools.count()  # next() is atomic, so each thread gets a different number

    def matches(self, call: RecordedRequest) -> bool:
        return self._matches(call)

    def answer(self, call: RecordedRequest) -> Answer:
        return self.answers[min(next(self._used), len(self.answers) - 1)](call)


def matcher(match: Match) -> tuple[str | None, Callable[[RecordedRequest], bool]]:
    """Return the name of a match, None for a function, and the function that tests it."""
    if isinstance(match, str) and NAME.fullmatch(match):
        return match, lambda call: call.operation_name == match
    if isinstance(match, str | DocumentNode | GraphQLRequest):
        request = match if isinstance(match, GraphQLRequest) else GraphQLRequest(match)
        document = print_ast(request.document)
        return document, lambda call: print_ast(parse_document(call.request.text)) == document
    if callable(match):
        return None, match
    raise TypeError(f"match must be an operation name, a document or a function, not {type(match).__name__}.")
