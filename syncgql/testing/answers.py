"""Answers: what a mock or a server of tests says to which operation, and what it was asked."""

from __future__ import annotations

import copy
import difflib
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from graphql import DocumentNode, FieldNode, GraphQLSchema, graphql_sync, print_ast, validate

from ..protocol import json_codec
from ..request import GraphQLRequest, parse_document
from ..result import ABSENT
from ..schema.provider import load_schema
from .fakes import Fakes, Overrides
from .recorded_request import RecordedRequest, json_variables
from .script import Script, Step

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource

Match = str | DocumentNode | GraphQLRequest | Callable[[RecordedRequest], bool]

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class UnexpectedOperation(AssertionError):
    """The program sent what the test does not know, or what its schema does not allow."""


@dataclass(frozen=True)
class Answer:
    """What a server says, and how long it takes to say it."""

    payload: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    raises: BaseException | type[BaseException] | None = None
    delay: float = 0.0

    @property
    def content(self) -> bytes:
        """The body of the HTTP answer."""
        return (json_codec.dumps(self.payload) if self.body is None else self.body).encode()

    @property
    def http_headers(self) -> dict[str, str]:
        """The headers of the HTTP answer."""
        kind = "application/json" if self.body is None else "text/plain"
        return {"Content-Type": kind, **self.headers}

    def error(self) -> BaseException | None:
        """Return the exception to raise, a new one each time."""
        return self.raises() if isinstance(self.raises, type) else copy.copy(self.raises)


class Rule:
    """What is said to the operations that match; the answers in their order, the last one again and again."""

    def __init__(
        self, match: Match, answers: Sequence[Callable[[RecordedRequest], Answer]], script: Script | None
    ) -> None:
        self.name, self._matches = _matcher(match)
        self.script = script
        self.answers = list(answers)
        self._used = itertools.count()  # of which every thread gets another number

    def matches(self, call: RecordedRequest) -> bool:
        return self._matches(call)

    def answer(self, call: RecordedRequest) -> Answer:
        return self.answers[min(next(self._used), len(self.answers) - 1)](call)


class Answers:
    """Registered answers, and the calls that were made.

    Args:
        schema: SDL text, a path, or whatever ``Client(schema=...)`` takes; each document is then validated, and
            introspection is answered.

    Attributes:
        calls: every call that was answered, in order.
        failures: what went wrong, in words; the fixtures fail the test with these, even if the program caught the
            exception.
    """

    def __init__(self, schema: SchemaSource = None) -> None:
        self.schema: GraphQLSchema | None = None if schema is None else load_schema(schema, _no_server)
        self.calls: list[RecordedRequest] = []
        self.failures: list[str] = []
        self._rules: list[Rule] = []

    # -- what to say

    def add(
        self,
        match: Match,
        data: Any = ABSENT,
        *,
        errors: Sequence[str | Mapping[str, Any]] | None = None,
        extensions: Mapping[str, Any] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        raises: BaseException | type[BaseException] | None = None,
        delay: float = 0.0,
    ) -> None:
        """Say how an operation is answered; several answers to the same are given one after the other, the last again.

        Args:
            match: the operation's name, or its document, or a function that is given the ``RecordedRequest``.
            data: the answer's data; or a function that makes it of the ``RecordedRequest``.
            errors: the answer's errors: messages, or whole error objects.
            extensions: the answer's extensions.
            status: the HTTP status.
            headers: headers of the HTTP answer.
            body: the whole body of the HTTP answer, in place of data, errors and extensions.
            raises: an exception for the caller, in place of an answer; a server of its own drops the connection.
            delay: seconds until the answer is there.

        Raises:
            TypeError: there is nothing to say, or *match* is nothing that matches.
        """
        if data is ABSENT and errors is None and body is None and raises is None:
            raise TypeError("Give an answer: data, errors, body or raises.")
        members: dict[str, Any] = {} if data is ABSENT else {"data": data}
        if errors is not None:
            members["errors"] = [{"message": each} if isinstance(each, str) else dict(each) for each in errors]
        if extensions is not None:
            members["extensions"] = dict(extensions)
        answer = Answer(members, status, dict(headers or {}), body, raises, delay)
        self._add(match, lambda call: _with_data(answer, data, call))

    def fake(self, match: Match, overrides: Overrides | None = None, *, seed: int = 0, delay: float = 0.0) -> None:
        """Answer an operation with made-up data of the right shape; see ``Fakes``.

        Raises:
            TypeError: there is no schema to make data of.
        """
        if self.schema is None:
            raise TypeError("Fakes need a schema: give one to the fixture graphql_schema.")
        fakes = Fakes(self.schema, overrides, seed=seed)
        self._add(match, lambda call: Answer({"data": fakes.data(call.request)}, delay=delay))

    def script(self, match: Match, *steps: Step) -> None:
        """Say what a subscription is sent, in steps: ``event``, ``pause``, ``errors``, ``drop`` and ``complete``."""
        self._rules.append(Rule(match, [], Script(steps)))

    # -- what was asked

    def calls_of(self, name: str) -> list[RecordedRequest]:
        """Return the calls of one operation, in order."""
        return [call for call in self.calls if call.operation_name == name]

    def assert_called(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Check that an operation was sent.

        Args:
            name: the operation's name.
            variables: variables that it was sent with, all of them.
            headers: headers that it was sent with, among others.
            times: how many such calls there were; None for at least one.

        Raises:
            AssertionError: it was not; the message shows the calls that there were.
        """
        calls = [call for call in self.calls_of(name) if _has(call, variables, headers)]
        if (times is None and calls) or times == len(calls):
            return
        wanted = "at least once" if times is None else f"{times} times"
        seen = "\n  ".join(f"{call} {dict(call.variables)}" for call in self.calls) or "nothing"
        raise AssertionError(f"{name} was to be called so {wanted}, and was {len(calls)} times. Calls:\n  {seen}")

    # -- for those who answer

    def answer(self, call: RecordedRequest) -> Answer:
        """Record a call and return the answer to it.

        Raises:
            UnexpectedOperation: nothing matches, or the schema does not allow it.
        """
        self._check(call)
        rule = self._find(call, scripted=False)
        if rule is None and self._is_introspection(call) and self.schema is not None:
            result = graphql_sync(self.schema, call.request.text, variable_values=dict(call.variables))
            return Answer({"data": result.data})
        answer = self._expected(rule, call).answer(call)
        self.calls.append(call)
        return answer

    def act(self, call: RecordedRequest) -> list[Step]:
        """Record a subscription and return what it is sent; raises what ``answer`` raises."""
        self.check_subscription(call)
        rule = self._expected(self._find(call, scripted=True), call)
        self.calls.append(call)
        return rule.script.next_act() if rule.script is not None else []

    def check_subscription(self, call: RecordedRequest) -> None:
        """Do as ``act`` does, but record nothing."""
        self._check(call)
        self._expected(self._find(call, scripted=True), call)

    def raise_failures(self) -> None:
        """Raise what went wrong, if anything did."""
        if self.failures:
            raise UnexpectedOperation("\n".join(self.failures))

    def _add(self, match: Match, answer: Callable[[RecordedRequest], Answer]) -> None:
        name, _ = _matcher(match)
        for rule in self._rules:
            if name is not None and rule.name == name and rule.script is None:
                rule.answers.append(answer)
                return
        self._rules.append(Rule(match, [answer], None))

    def _find(self, call: RecordedRequest, *, scripted: bool) -> Rule | None:
        rules = [rule for rule in self._rules if (rule.script is not None) is scripted]
        return next((rule for rule in rules if rule.matches(call)), None)

    def _expected(self, rule: Rule | None, call: RecordedRequest) -> Rule:
        if rule is None:
            self._fail_as_unknown(call)
        return rule

    def _fail_as_unknown(self, call: RecordedRequest) -> NoReturn:
        names = [rule.name for rule in self._rules if rule.name]
        near = difflib.get_close_matches(call.operation_name or "", names, 1, 0.0)
        hint = f"The nearest that is registered is {near[0]!r}." if near else "Nothing is registered."
        self._fail(f"Nobody said how to answer {call}. {hint} It was:\n{call.request.text.strip()}")

    def _check(self, call: RecordedRequest) -> None:
        if self.schema is None:
            return
        found = validate(self.schema, call.request.document)
        if found:
            listed = "\n".join(f"- {error}" for error in found)
            self._fail(f"The schema does not allow {call}:\n{listed}")

    def _fail(self, message: str) -> NoReturn:
        self.failures.append(message)
        raise UnexpectedOperation(message)

    @staticmethod
    def _is_introspection(call: RecordedRequest) -> bool:
        selections = call.request.operation.selection_set.selections
        return all(isinstance(node, FieldNode) and node.name.value.startswith("__") for node in selections)


def _with_data(answer: Answer, data: Any, call: RecordedRequest) -> Answer:
    if not callable(data):
        return answer
    return Answer({**(answer.payload or {}), "data": data(call)}, answer.status, answer.headers, delay=answer.delay)


def _matcher(match: Match) -> tuple[str | None, Callable[[RecordedRequest], bool]]:
    """Return what a match is called, and its function."""
    if isinstance(match, str) and NAME.fullmatch(match):
        return match, lambda call: call.operation_name == match
    if isinstance(match, str | DocumentNode | GraphQLRequest):
        request = match if isinstance(match, GraphQLRequest) else GraphQLRequest(match)
        document = print_ast(request.document)
        return document, lambda call: print_ast(parse_document(call.request.text)) == document
    if callable(match):
        return None, match
    raise TypeError(f"An operation is matched by name, document or function, not by {type(match).__name__}.")


def _has(call: RecordedRequest, variables: Mapping[str, Any] | None, headers: Mapping[str, str] | None) -> bool:
    if variables is not None and dict(call.variables) != json_variables(variables):
        return False
    return all(call.headers.get(name) == value for name, value in (headers or {}).items())


def _no_server() -> dict[str, Any]:
    raise TypeError("There is no server to ask for its schema; give the schema itself.")
