"""Answers: the responses that a mock or a test server gives to operations, and the calls it received."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from graphql import GraphQLSchema, validate

from ..checks import check_flag
from ..result import ABSENT
from ..schema.provider import load_schema
from .answer import Answer, check_arguments
from .answer_check import check_data
from .call_check import check_called
from .fakes import Fakes, Overrides
from .introspection_answer import asks_for_schema, introspect
from .override_check import check_overrides, response_keys
from .parts import as_payloads
from .player import Player
from .recorded_request import RecordedRequest, as_json
from .rule import Match, Rule, matcher
from .script import Drop, Event, Pause, Refuse, Step
from .tape import NotRecorded
from .variable_check import check_variables

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource

Played = TypeVar("Played")


class UnexpectedOperation(AssertionError):
    """The program sent an operation that has no answer, or that is not valid for the schema."""


class InvalidAnswer(AssertionError):
    """A registered answer does not match its operation: no server with this schema would send it."""


class Answers:
    """Registered answers, and the calls that were received.

    Args:
        schema: SDL text, a path, or any other value that ``Client(schema=...)`` accepts. With a schema, documents,
            variables and data are checked, and introspection queries are answered. By default there is none.

    Attributes:
        calls: the answered calls, in order.
        failures: error messages for unexpected operations and invalid answers. The fixtures fail the test with these
            messages, even if the program catches the exception.
    """

    def __init__(self, schema: SchemaSource = None) -> None:
        self.schema: GraphQLSchema | None = None if schema is None else load_schema(schema, _no_server)
        self.calls: list[RecordedRequest] = []
        self.failures: list[str] = []
        self._refusals: deque[Refuse] = deque()
        self._rules: list[Rule] = []
        self._player: Player | None = None
        self._has_tape = False

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
        default: bool = False,
    ) -> None:
        """Register an answer to an operation.

        Several answers to the same operation are given in order; the last one is repeated. If an operation matches in
        several ways, for example by its name and by a function, the one that was registered first applies.

        Args:
            match: the name of the operation; its document; a ``GraphQLRequest``, such as an instance of a generated
                class, which matches its own variables, if it has any; a generated class, which matches any variables;
                or a function that receives the ``RecordedRequest`` and returns whether it matches.
            data: the data of the response, or a function that receives the ``RecordedRequest`` and returns the data.
            errors: the errors of the response: messages, or complete error objects.
            extensions: the extensions of the response.
            status: the HTTP status; the default is 200. If only another status is given, the body is empty.
            headers: additional headers of the HTTP response.
            body: the complete body of the HTTP response, instead of data, errors and extensions.
            raises: an exception to raise in the caller instead of returning a response. A ``GraphQLServer`` drops the
                connection instead.
            delay: the seconds to wait before the response; the default is 0.
            default: True for an answer that applies only if no other one matches, such as one that a fixture registers
                for tests that register their own, and only without a tape; False by default.

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
        self._rule_of(match, default).answers.append(lambda call: _with_data(answer, data, call))

    def fake(
        self,
        match: Match,
        overrides: Overrides | None = None,
        *,
        seed: int = 0,
        delay: float = 0.0,
        default: bool = False,
    ) -> None:
        """Answer an operation with generated data that fits the schema.

        Args:
            match: the operation; see ``add``.
            overrides: values to use instead of generated ones; see ``Fakes``.
            seed: the seed of the generator; the default is 0.
            delay: the seconds to wait before the response; the default is 0.
            default: whether the answer applies only if no other one matches; see ``add``.

        Raises:
            TypeError: there is no schema, or *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
        """
        if self.schema is None:
            raise TypeError("Fakes need a schema: pass schema=, or override the fixture graphql_schema.")
        fakes = Fakes(self.schema, overrides, seed=seed)

        def answer(call: RecordedRequest) -> Answer:
            self._check_overrides(call, overrides or {})
            try:
                return Answer({"data": fakes.data(call.request)}, delay=delay)
            except AssertionError as error:  # a value does not fit, or a function of the test failed
                self._fail_as_invalid(f"The fake of {call}: {error}")

        self._rule_of(match, default).answers.append(answer)

    def script(self, match: Match, *steps: Step, default: bool = False) -> None:
        """Register the events of a subscription, or the parts of a response to ``@defer`` or ``@stream``.

        Each subscription, and each reconnect, plays the steps up to the next ``drop``, ``errors`` or ``complete``.
        Further scripts for the same operation continue the first one. After the last step, a subscription stays open
        without events; later ones repeat the steps since the last end, or receive nothing if the script ends with
        ``drop`` or ``refuse``.

        Args:
            match: the operation; see ``add``.
            *steps: return values of ``event``, ``part``, ``pause``, ``errors``, ``drop``, ``refuse`` and ``complete``,
                played in order. A response in parts begins with an ``event``, its first data.
            default: whether the script applies only if no other one matches; see ``add``.

        Raises:
            TypeError: a step or *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
            ValueError: a ``refuse`` is neither at the beginning nor after a ``drop``, ``errors`` or ``complete``, or
                the operation is not a subscription.
        """
        rule = self._rule_of(match, default)
        if rule.matches.operation_type in ("query", "mutation") and any(isinstance(step, Refuse) for step in steps):
            raise ValueError(_cannot_refuse(f"{rule.matches.operation_type} {rule.matches}"))
        self._refusals.extend(rule.script.extend(steps))

    # -- inspecting calls

    def calls_of(self, match: Match) -> list[RecordedRequest]:
        """Return the calls of an operation, in order; *match* is the operation, as for ``add``."""
        matches = matcher(match)
        return [call for call in self.calls if matches(call)]

    def assert_called(
        self,
        match: Match,
        variables: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Check that an operation was sent.

        Args:
            match: the operation; see ``add``.
            variables: all variables of the call; None, the default, accepts any.
            headers: headers that the call must have; it may have others. None, the default, accepts any.
            times: the expected number of matching calls; None, the default, for at least one.

        Raises:
            AssertionError: the number of matching calls differs; the message lists all calls.
            TypeError: *match* has the wrong type.
            DocumentError: *match* is a document with a syntax error.
        """
        names = [rule.matches.name for rule in self._rules if rule.matches.name is not None]
        check_called(self.calls, matcher(match), variables, headers or {}, times, names)

    def assert_all_called(self) -> None:
        """Check that every registered operation was sent at least once, except defaults.

        Raises:
            AssertionError: an operation was not sent; the message names all of these.
        """
        rules = [rule for rule in self._rules if not rule.is_default]
        unused = [rule.matches for rule in rules if not any(map(rule.matches, self.calls))]
        if unused:
            raise AssertionError(f"These operations were registered, but not sent:\n{_listed(unused)}")

    # -- answering calls

    def answer(self, call: RecordedRequest) -> Answer:
        """Record a call and return the answer to it.

        Raises:
            UnexpectedOperation: no answer matches, or the document or a variable is not valid for the schema.
            InvalidAnswer: the data of the answer does not match the document and the schema.
        """
        self._check(call)
        rule = self._find(call, scripted=False)
        if rule is None and (introspected := introspect(self.schema, call)) is not None:
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
            UnexpectedOperation: no script matches, or the document or a variable is not valid for the schema.
            InvalidAnswer: the data of an event does not match the document and the schema.
        """
        self._check(call)
        rule = self._find(call, scripted=True)
        if rule is None and self._player is not None:
            steps = self._play(self._player.act, call)
            self._check_recorded(self._player, call, [step.payload for step in steps if isinstance(step, Event)])
        else:
            steps = self._expected(rule, call).script.next_act()
            for step in steps:
                if isinstance(step, Event):
                    self._check_data(call, step.payload)
        self.calls.append(call)
        return steps

    def parts(self, call: RecordedRequest) -> list[Event | Pause | Drop] | None:
        """Record a query or mutation whose response is scripted in parts, and return the steps; None for others.

        Raises:
            UnexpectedOperation: the document or a variable is not valid for the schema.
            InvalidAnswer: the script refuses connections.
        """
        rule = self._find(call, scripted=True)
        if rule is None:
            return None
        self._check(call)
        if rule.script.refuses:
            self._fail_as_invalid(_cannot_refuse(str(call)))
        self.calls.append(call)
        return as_payloads(rule.script.next_response())

    def refuse_next(self, refusal: Refuse) -> None:
        """Refuse a WebSocket connection, after those that are already refused."""
        self._refusals.append(refusal)

    def next_refusal(self) -> Refuse | None:
        """Return how to refuse a WebSocket connection; None to accept it."""
        try:
            return self._refusals.popleft()
        except IndexError:
            return None

    def has_answer(self, call: RecordedRequest) -> bool:
        """Return whether an answer to an operation, or a script for it, is registered."""
        return any(rule.matches(call) for rule in self._applicable) or introspect(self.schema, call) is not None

    def check_subscription(self, call: RecordedRequest) -> None:
        """Check that a script matches a subscription, without recording it.

        Raises:
            UnexpectedOperation: no script matches, or the document or a variable is not valid for the schema.
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

    def _rule_of(self, match: Match, is_default: bool) -> Rule:
        """Return the rule for an operation; defaults are at the end."""
        rule = Rule(matcher(match), is_default=check_flag("default", is_default))
        for each in self._rules:
            if each.matches == rule.matches and each.is_default is is_default:
                return each
        # A new list, because clients in other threads may iterate over the old one.
        self._rules = sorted([*self._rules, rule], key=lambda each: each.is_default)  # sorting is stable
        return rule

    def _find(self, call: RecordedRequest, *, scripted: bool) -> Rule | None:
        found = (rule for rule in self._applicable if (rule.script.is_registered if scripted else rule.answers))
        return next((rule for rule in found if rule.matches(call)), None)

    @property
    def _applicable(self) -> list[Rule]:
        return [rule for rule in self._rules if not (rule.is_default and self._has_tape)]

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
        if asks_for_schema(call):
            return "It asks for the schema; override the fixture graphql_schema, or pass schema= to the client."
        if self._find(call, scripted=False) is not None:  # the operation has an answer, but is a subscription
            return (
                "add() and fake() answer queries and mutations; register the events of a subscription with script(), "
                "and its refusal with script(..., refuse(401))."
            )
        name = call.operation_name
        if name is None:
            return "An operation without a name is registered with its document."
        same = [rule.matches for rule in self._rules if rule.matches.name == name]
        if same:
            others = ", ".join(str(dict(each.variables)) for each in same if each.variables is not None)
            return f"It is registered for {f'the variables {others}' if others else 'another document'}."
        names = [rule.matches.name for rule in self._rules if rule.matches.name]
        near = difflib.get_close_matches(name, names, 1, 0.0)
        return f"The most similar registered name is {near[0]!r}." if near else "No names are registered."

    def _check(self, call: RecordedRequest) -> None:
        if self.schema is None:
            return
        found = validate(self.schema, call.request.document)
        if found:
            self._fail(f"The document of {call} is not valid for the schema:\n{_listed(found)}")
        problems = check_variables(self.schema, call.request)
        if problems:
            self._fail(f"The variables of {call} are not valid for the schema:\n{_listed(problems)}")

    def _check_data(self, call: RecordedRequest, payload: Mapping[str, Any] | None) -> None:
        data = (payload or {}).get("data")
        if isinstance(data, Mapping) and "data" in data and "data" not in response_keys(call.request.document):
            self._fail_as_invalid(
                f"The data of the answer to {call} has a key 'data', which the document does not select. "
                "Omit it, and pass its value; errors= and extensions= are separate arguments."
            )
        found = self._problems(call, payload)
        if found:
            wrong = f"The answer to {call} could not come from a server with this schema:"
            self._fail_as_invalid(f"{wrong}\n{_listed(found)}")

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
            self._fail_as_invalid(f"The fake of {call} has overrides that change nothing:\n{_listed(found)}")

    def _fail_as_invalid(self, message: str) -> NoReturn:
        self.failures.append(message)
        raise InvalidAnswer(message)

    def _play(self, play: Callable[[RecordedRequest], Played], call: RecordedRequest) -> Played:
        try:
            return play(call)
        except NotRecorded as error:
            self._fail(str(error))

    def _fail(self, message: str) -> NoReturn:
        self.failures.append(message)
        raise UnexpectedOperation(message)


def _with_data(answer: Answer, data: Any, call: RecordedRequest) -> Answer:
    if not callable(data):
        return answer
    return Answer({**(answer.payload or {}), "data": data(call)}, answer.status, answer.headers, delay=answer.delay)


def _cannot_refuse(operation: str) -> str:
    return f"refuse() in a script is for subscriptions, not for {operation}. To refuse it, use add(..., status=401)."


def _listed(problems: Iterable[object]) -> str:
    return "\n".join(f"- {problem}" for problem in problems)


def _no_server() -> dict[str, Any]:
    raise TypeError("There is no server to fetch the schema from; pass the schema itself.")
