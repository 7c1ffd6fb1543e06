"""Rule: the answers to one operation of a mock or a test server."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, print_ast

from ..exceptions import DocumentError
from ..request import GraphQLRequest, parse_document
from ..typed.generated import GeneratedRequest
from .answer import Answer
from .recorded_request import RecordedRequest, json_variables
from .script import Script

Match = str | DocumentNode | GraphQLRequest | type[GraphQLRequest] | Callable[[RecordedRequest], bool]

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


@dataclass(frozen=True)
class Matcher:
    """Which operations an answer is for. Matchers of the same operations are equal.

    Attributes:
        name: the name of the operation; None for a function, or a document without a name.
        document: the document, as graphql-core prints it; None for a name or a function.
        variables: the variables as JSON values; None for any.
        function: the function; None for a name or a document.
        operation_type: ``query``, ``mutation`` or ``subscription``; None if it is not known.
    """

    name: str | None = None
    document: str | None = None
    variables: Mapping[str, Any] | None = None
    function: Callable[[RecordedRequest], bool] | None = None
    operation_type: str | None = None

    def __call__(self, call: RecordedRequest) -> bool:
        if self.function is not None:
            return self.function(call)
        if self.name is not None and self.name != call.operation_name:
            return False
        if self.variables is not None and self.variables != call.variables:
            return False
        return self.document is None or print_ast(parse_document(call.request.text)) == self.document

    def __str__(self) -> str:
        if self.function is not None:
            return getattr(self.function, "__qualname__", repr(self.function))
        variables = "" if self.variables is None else f" {dict(self.variables)}"
        return f"{self.name or self.document}{variables}"


class Rule:
    """The responses to matching operations.

    Attributes:
        matches: returns whether an operation matches.
        is_default: whether the responses are only for operations that no other rule matches.
        answers: the answers to queries and mutations, given in order; the last one is repeated.
        script: the steps of subscriptions and of responses in parts.
    """

    def __init__(self, matches: Matcher, *, is_default: bool = False) -> None:
        self.matches = matches
        self.is_default = is_default
        self.answers: list[Callable[[RecordedRequest], Answer]] = []
        self.script = Script()
        self._used = itertools.count()  # next() is atomic, so each thread gets a different number

    def answer(self, call: RecordedRequest) -> Answer:
        """Return the next answer."""
        return self.answers[min(next(self._used), len(self.answers) - 1)](call)


def matcher(match: Match) -> Matcher:
    """Return the matcher for a name, a document, a request with its variables, a generated class, or a function.

    Raises:
        TypeError: *match* is none of these.
        DocumentError: *match* is text that is neither a name nor a document.
    """
    if isinstance(match, str) and NAME.fullmatch(match):
        return Matcher(match)
    if isinstance(match, type):
        if not issubclass(match, GeneratedRequest) or match is GeneratedRequest:
            raise TypeError(f"match must be a class that syncgql codegen has written, not {match.__name__}.")
        return _of_document(GraphQLRequest(match.TEXT))
    if isinstance(match, str | DocumentNode | GraphQLRequest):
        return _of_document(match if isinstance(match, GraphQLRequest) else GraphQLRequest(match))
    if callable(match):
        return Matcher(function=match)
    raise TypeError(f"match must be an operation name, a document or a function, not {type(match).__name__}.")


def _of_document(request: GraphQLRequest) -> Matcher:
    try:
        document = request.document
    except DocumentError as error:
        if "{" in request.text:
            raise
        raise DocumentError(f"{request.text!r} is neither the name of an operation nor a document.") from error
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = [node.name.value for node in operations if node.name]
    types = {node.operation.value for node in operations}
    name = names[0] if len(names) == 1 else request.operation_name
    variables = request.variable_values
    return Matcher(
        name,
        print_ast(document),
        None if variables is None else json_variables(variables),
        operation_type=types.pop() if len(types) == 1 else None,
    )
