"""Answers: the responses that a mock or a test server gives to operations, and the calls it received."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from graphql import FieldNode, GraphQLSchema, build_schema, graphql_sync, validate

from ..result import ABSENT
from ..schema.provider import load_schema
from .answer import Answer, check_arguments
from .answer_check import check_data
from .fakes import Fakes, Overrides
from .override_check import check_overrides
from .parts import as_payloads
from .player import Player
from .recorded_request import RecordedRequest, as_json, json_variables
from .rule import Match, Rule, matcher
from .script import Drop, Event, Pause, Script, Step
from .tape import NotRecorded

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource

Played = TypeVar("Played")

NO_SCHEMA = build_schema("type Query { _: Int } type Mutation { _: Int }")
"""Answers ``{ __typename }`` if there is no other schema; the root types have their usual names."""


class UnexpectedOperation(AssertionError):
    """The program sent an operation that has no answer, or that is not valid for the schema."""


class InvalidAnswer(AssertionError):
    """A registered answer does not match its operation: no server with this schema would send it."""


class Answers:
    """Registered answers, and the calls that were received.

    Args:
        schema: SDL text, a path, or any other value that ``Client(schema=...)`` accepts. With a schema, documents are
            validated and introspection queries are answered. By default there is none.

    Attributes:
        calls: the answered calls, in order.
        failures: error messages for unexpected operations. The fixtures fail the test with these messages, even if the
            program catches the exception.
    """

    def __init__(self, schema: SchemaSource = None) -> None:
        self.schema: GraphQLSchema | None = None if schema is None else load_schema(schema, _no_server)
        self.calls: list[RecordedRequest] = []
        self.failures: list[str] = []
        self._rules: list[Rule] = []
        self._player: Player | None = None

    # -- registering answers

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
        """Register an answer to an operation.

        Several answers to the same operation are given in order; the last one is repeated.

        Args:
            match: the name of the operation, its document, or a function that receives the ``RecordedRequest`` and
                returns whether it matches.
            data: the data of the response, or a function that receives the ``RecordedRequest`` and returns the data.
            errors: the errors of the response: messages, or complete error objects.
            extensions: the extensions of the response.
            status: the HTTP status; the default is 200. If only another status is given, the body is empty.
            headers: additional headers of the HTTP response.
            body: the complete body of the HTTP response, instead of data, errors and extensions.
            raises: an exception to raise in the caller instead of returning a response. A ``GraphQLServer`` drops the
                connection instead.
            delay: the seconds to wait before the response; the default is 0.

        Raises:
            TypeError: no data, errors, body, raises or error status is given, or body or raises is given with another
                answer, or an argument has the wrong type.
            ValueError: *status* is no status of a response, or *delay* is negative.
            DocumentError: *match* is a document with a syntax error.
        """
        check_arguments(data, errors, extensions, body, raises)
        if data is ABSENT and errors is None and body is None and raises is None:
            if status == HTTPStatus.OK or extensions is not None:
                raise TypeError("Pass an answer: data, errors, body, raises or the status of an HTTP error.")
            body = ""
        members: dict[str, Any] = {} if data is ABSENT else {"data": data}
        if errors is not None:
            members["errors"] = [{"message": each} if isinstance(each, str) else dict(each) for each in errors]
        if extensions is not None:
            members["extensions"] = dict(extensions)
        answer = Answer(members, status, dict(headers or {}), body, raises, delay)
        self._add(match, lambda call: _with_data(answer, data, call))

    def fake(self, match: Match, overrides: Overrides | None = None, *, seed: int = 0, delay: float = 0.0) -> None:
        """Answer an operation with generated data that fits the schema.

        Args:
            match: the operation; see ``add``.
            overrides: values to use instead of generated ones; see ``Fakes``.
            seed: the seed of the generator; the default is 0.
            delay: the seconds to wait before the response; the default is 0.

        Raises:
            TypeError: there is no schema, or *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
        """
        if self.schema is None:
            raise TypeError("Fakes need a schema: pass schema=, or override the fixture graphql_schema.")
        fakes = Fakes(self.schema, overrides, seed=seed)

        def answer(call: RecordedRequest) -> Answer:
            self._check_overrides(call, overrides or {})
            return Answer({"data": fakes.data(call.request)}, delay=delay)

        self._add(match, answer)

    def script(self, match: Match, *steps: Step) -> None:
        """Register the events of a subscription, or the parts of a response to ``@defer`` or ``@stream``.

        Args:
            match: the operation; see ``add``.
            *steps: return values of ``event``, ``part``, ``pause``, ``errors``, ``drop`` and ``complete``, played in
                order. A response in parts begins with an ``event``, its first data.

        Raises:
            TypeError: a step or *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
        """
        self._rules.append(Rule(match, [], Script(steps)))

    # -- inspecting calls

    def calls_of(self, name: str) -> list[RecordedRequest]:
        """Return the calls of the operation called *name*, in order."""
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
            name: the name of the operation.
            variables: all variables of the call; None, the default, accepts any.
            headers: headers that the call must have; it may have others. None, the default, accepts any.
            times: the expected number of matching calls; None, the default, for at least one.

        Raises:
            AssertionError: the number of matching calls differs; the message lists all calls.
        """
        calls = [call for call in self.calls_of(name) if _has(call, variables, headers)]
        if (times is None and calls) or times == len(calls):
            return
        expected = "at least 1" if times is None else str(times)
        wanted = name if variables is None else f"{name} {json_variables(variables)}"
        received = "\n  ".join(_described(call, headers or {}) for call in self.calls) or "none"
        raise AssertionError(
            f"Expected matching calls of {wanted}: {expected}; found: {len(calls)}. All calls:\n  {received}"
        )

    # -- answering calls

    def answer(self, call: RecordedRequest) -> Answer:
        """Record a call and return the answer to it.

        Raises:
            UnexpectedOperation: no answer matches, or the document is not valid for the schema.
            InvalidAnswer: the data of the answer does not match the document and the schema.
        """
        self._check(call)
        rule = self._find(call, scripted=False)
        if rule is None and (introspected := self._introspect(call)) is not None:
            return introspected
        if rule is None and self._player is not None:
            answer = self._play(self._player.answer, call)
            self._check_recorded(self._player, call, [answer.payload])
        else:
            answer = self._expected(rule, call).answer(call)
            self._check_data(call, answer.payload)
        self.calls.append(call)
        return answer

    def act(self, call: RecordedRequest) -> list[Step]:
        """Record a subscription and return its steps.

        Raises:
            UnexpectedOperation: no script matches, or the document is not valid for the schema.
            InvalidAnswer: the data of an event does not match the document and the schema.
        """
        self._check(call)
        rule = self._find(call, scripted=True)
        if rule is None and self._player is not None:
            steps = self._play(self._player.act, call)
            self._check_recorded(self._player, call, [step.payload for step in steps if isinstance(step, Event)])
        else:
            script = self._expected(rule, call).script
            steps = [] if script is None else script.next_act()
            for step in steps:
                if isinstance(step, Event):
                    self._check_data(call, step.payload)
        self.calls.append(call)
        return steps

    def parts(self, call: RecordedRequest) -> list[Event | Pause | Drop] | None:
        """Record a query or mutation whose response is scripted in parts, and return the steps; None for others.

        Raises:
            UnexpectedOperation: the document is not valid for the schema.
        """
        rule = self._find(call, scripted=True)
        if rule is None or rule.script is None:
            return None
        self._check(call)
        self.calls.append(call)
        return as_payloads(rule.script.next_act())

    def has_answer(self, call: RecordedRequest) -> bool:
        """Return whether an answer to an operation, or a script for it, is registered."""
        return any(rule.matches(call) for rule in self._rules) or self._introspect(call) is not None

    def check_subscription(self, call: RecordedRequest) -> None:
        """Check that a script matches a subscription, without recording it.

        Raises:
            UnexpectedOperation: no script matches, or the document is not valid for the schema.
        """
        self._check(call)
        rule = self._find(call, scripted=True)
        if rule is None and self._player is not None:
            self._play(self._player.check, call)
        else:
            self._expected(rule, call)

    def raise_failures(self) -> None:
        """Raise an exception with all ``failures``, if there are any.

        Raises:
            UnexpectedOperation: the program sent an unexpected operation.
        """
        if self.failures:
            raise UnexpectedOperation("\n".join(self.failures))

    def _add(self, match: Match, answer: Callable[[RecordedRequest], Answer]) -> None:
        name, _ = matcher(match)
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
        self._fail(
            f"No answer is registered for {call}. {self._hint(call)} The document is:\n{call.request.text.strip()}"
        )

    def _hint(self, call: RecordedRequest) -> str:
        """Return advice on an operation without an answer."""
        if all(name.startswith("__") for name in _root_fields(call)):
            return "It asks for the schema; override the fixture graphql_schema, or pass schema= to the client."
        if self._find(call, scripted=False) is not None:  # the operation has an answer, but is a subscription
            return "add() and fake() answer queries and mutations; register the events of a subscription with script()."
        names = [rule.name for rule in self._rules if rule.name]
        near = difflib.get_close_matches(call.operation_name or "", names, 1, 0.0)
        return f"The most similar registered name is {near[0]!r}." if near else "No names are registered."

    def _check(self, call: RecordedRequest) -> None:
        if self.schema is None:
            return
        found = validate(self.schema, call.request.document)
        if found:
            listed = "\n".join(f"- {error}" for error in found)
            self._fail(f"The document of {call} is not valid for the schema:\n{listed}")

    def _check_data(self, call: RecordedRequest, payload: Mapping[str, Any] | None) -> None:
        found = self._problems(call, payload)
        if found:
            self._fail_as_invalid(f"The answer to {call} could not come from a server with this schema:", found)

    def _check_recorded(
        self, player: Player, call: RecordedRequest, payloads: Sequence[Mapping[str, Any] | None]
    ) -> None:
        found = [problem for payload in payloads for problem in self._problems(call, payload)]
        if found:
            self.failures.append(player.describe_stale(call, found))
            raise InvalidAnswer(self.failures[-1])

    def _problems(self, call: RecordedRequest, payload: Mapping[str, Any] | None) -> list[str]:
        if self.schema is None or payload is None:
            return []
        return check_data(self.schema, call.request, as_json(payload.get("data")))

    def _check_overrides(self, call: RecordedRequest, overrides: Overrides) -> None:
        found = [] if self.schema is None else check_overrides(self.schema, call.request.document, overrides)
        if found:
            self._fail_as_invalid(f"The fake of {call} has overrides that change nothing:", found)

    def _fail_as_invalid(self, message: str, problems: Sequence[str]) -> NoReturn:
        listed = "\n".join(f"- {problem}" for problem in problems)
        self.failures.append(f"{message}\n{listed}")
        raise InvalidAnswer(self.failures[-1])

    def _play(self, play: Callable[[RecordedRequest], Played], call: RecordedRequest) -> Played:
        try:
            return play(call)
        except NotRecorded as error:
            self._fail(str(error))

    def _fail(self, message: str) -> NoReturn:
        self.failures.append(message)
        raise UnexpectedOperation(message)

    def _introspect(self, call: RecordedRequest) -> Answer | None:
        """Answer a query for the schema, or only for ``__typename``; return None for other operations."""
        names = _root_fields(call)
        if names != {"__typename"} and (self.schema is None or not all(name.startswith("__") for name in names)):
            return None
        schema = self.schema or NO_SCHEMA
        result = graphql_sync(
            schema, call.request.text, variable_values=dict(call.variables), operation_name=call.operation_name
        )
        return Answer({"data": result.data})


def _with_data(answer: Answer, data: Any, call: RecordedRequest) -> Answer:
    if not callable(data):
        return answer
    return Answer({**(answer.payload or {}), "data": data(call)}, answer.status, answer.headers, delay=answer.delay)


def _root_fields(call: RecordedRequest) -> set[str]:
    """Return the names of the root fields of an operation; a fragment counts as an empty name."""
    selections = call.request.operation.selection_set.selections
    return {node.name.value if isinstance(node, FieldNode) else "" for node in selections}


def _described(call: RecordedRequest, headers: Mapping[str, str]) -> str:
    """Describe a call; name expected headers that are missing or differ, but not their values, which may be secret."""
    text = f"{call} {dict(call.variables)}"
    missing = [name for name in headers if name not in call.headers]
    others = [name for name, value in headers.items() if name in call.headers and call.headers[name] != value]
    text += f", without the header {', '.join(missing)}" if missing else ""
    return text + (f", with another value of the header {', '.join(others)}" if others else "")


def _has(call: RecordedRequest, variables: Mapping[str, Any] | None, headers: Mapping[str, str] | None) -> bool:
    if variables is not None and dict(call.variables) != json_variables(variables):
        return False
    return all(call.headers.get(name) == value for name, value in (headers or {}).items())


def _no_server() -> dict[str, Any]:
    raise TypeError("There is no server to fetch the schema from; pass the schema itself.")
