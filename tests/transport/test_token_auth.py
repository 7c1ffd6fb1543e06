"""TokenAuth: when a token is fetched, in which thread, and how failures are handled."""

from __future__ import annotations

import datetime
import logging
import os
import pickle
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from syncgql import Deadline, TokenAuth, TransportTimeout
from syncgql.runtime import single_flight
from syncgql.transport import token_auth

PATIENCE = 60.0


class FakeClock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of every TokenAuth."""
    clock = FakeClock()
    monkeypatch.setattr(token_auth, "Clock", lambda: clock)
    return clock


class Issuer:
    """Issues ``token-1``, ``token-2`` and so on; raises *error* instead if there is one."""

    def __init__(self, expiry: Any = None) -> None:
        self.count = 0
        self.expiry = expiry
        self.error: BaseException | None = None

    def __call__(self) -> Any:
        self.count += 1
        if self.error is not None:
            raise self.error
        return f"token-{self.count}", self.expiry


def in_an_hour() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    "expiry", [3600, 3600.0, datetime.timedelta(hours=1), in_an_hour], ids=["int", "float", "timedelta", "datetime"]
)
def test_a_token_is_replaced_before_it_expires(clock: FakeClock, expiry: Any) -> None:
    """It is replaced earlier by the leeway."""
    auth = TokenAuth(Issuer(expiry() if callable(expiry) else expiry), leeway=60)
    assert auth.authorization() == "Bearer token-1"
    clock.now += 3400
    assert auth.authorization() == "Bearer token-1"
    clock.now += 150
    assert auth.authorization() == "Bearer token-2"


def test_the_leeway_is_at_most_half_of_the_lifetime(clock: FakeClock) -> None:
    """Otherwise each call would fetch a token."""
    auth = TokenAuth(Issuer(20), leeway=30)
    assert auth.token() == "token-1"
    clock.now += 9
    assert auth.token() == "token-1"
    clock.now += 2
    assert auth.token() == "token-2"


@pytest.mark.parametrize("fetched", ["token-1", ("token-1", None)])
def test_a_token_without_an_expiry_is_used_until_it_is_refused(clock: FakeClock, fetched: Any) -> None:
    """A function may return only the token."""
    auth = TokenAuth(lambda: fetched, scheme="token")
    assert auth.authorization() == "token token-1"
    clock.now += 1e6
    assert auth.authorization() == "token token-1"


def test_a_late_refusal_of_an_old_token_does_not_discard_the_new_one() -> None:
    """The token that was used is compared."""
    issuer = Issuer()
    auth = TokenAuth(issuer)
    first = auth.authorization() or ""
    auth.refused(first)
    assert auth.authorization() == "Bearer token-2"
    auth.refused(first)
    assert auth.authorization() == "Bearer token-2"
    assert issuer.count == 2


def test_a_failure_is_not_repeated_within_a_second(clock: FakeClock) -> None:
    """Each caller gets its own exception, without the traceback of another."""
    issuer = Issuer()
    issuer.error = ConnectionError("no")
    auth = TokenAuth(issuer)
    errors = []
    for _ in range(3):
        with pytest.raises(ConnectionError, match="no") as caught:
            auth.token()
        errors.append(caught.value)
    assert issuer.count == 1
    assert len({id(error) for error in errors}) == 3
    assert len({len(traceback.extract_tb(error.__traceback__)) for error in errors[1:]}) == 1
    clock.now += 1.1
    issuer.error = None
    assert auth.token() == "token-2"


def test_the_old_token_is_used_while_it_is_valid(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    """A failure to replace it in advance is a warning."""
    issuer = Issuer(3600)
    auth = TokenAuth(issuer)
    auth.token()
    issuer.error = ConnectionError("no")
    clock.now += 3590
    caplog.set_level(logging.WARNING, "syncgql")
    assert [auth.token(), auth.token()] == ["token-1", "token-1"]
    assert issuer.count == 2
    assert [record.getMessage() for record in caplog.records] == [
        "Could not fetch a new token: ConnectionError. Using the old one."
    ]
    clock.now += 20
    with pytest.raises(ConnectionError):
        auth.token()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released for each thread that begins to wait for another."""
    begun = threading.Semaphore(0)
    wait: Callable[..., Any] = single_flight._wait

    def counted(*arguments: Any) -> Any:
        begun.release()
        return wait(*arguments)

    monkeypatch.setattr(single_flight, "_wait", counted)
    return begun


class HeldIssuer(Issuer):
    """Issues a token when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()

    def __call__(self) -> Any:
        self.begun.release()
        assert self.may_end.wait(PATIENCE)
        return super().__call__()


def test_one_of_64_threads_fetches(waiting: threading.Semaphore) -> None:
    """The others wait for it."""
    issuer = HeldIssuer()
    auth = TokenAuth(issuer)
    with ThreadPoolExecutor(64) as pool:
        tokens = [pool.submit(auth.token) for _ in range(64)]
        for _ in range(63):
            assert waiting.acquire(timeout=PATIENCE)
        issuer.may_end.set()
        assert {token.result() for token in tokens} == {"token-1"}
    assert issuer.count == 1


def test_a_waiting_thread_continues_after_an_interrupt(waiting: threading.Semaphore) -> None:
    """Ctrl-C is raised only in the thread that receives it."""
    issuer = HeldIssuer()
    outcomes: list[BaseException | None] = [KeyboardInterrupt(), None]

    def fetch() -> Any:
        issuer.error = outcomes.pop(0)
        return issuer()

    auth = TokenAuth(fetch)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(auth.token)
        assert issuer.begun.acquire(timeout=PATIENCE)
        other = pool.submit(auth.token)
        assert waiting.acquire(timeout=PATIENCE)
        issuer.may_end.set()
        assert isinstance(first.exception(PATIENCE), KeyboardInterrupt)
        assert other.result(PATIENCE) == "token-2"


def test_a_waiting_thread_has_its_own_deadline(waiting: threading.Semaphore) -> None:
    """The fetch continues."""
    issuer = HeldIssuer()
    auth = TokenAuth(issuer)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(auth.token)
        assert issuer.begun.acquire(timeout=PATIENCE)
        with pytest.raises(TransportTimeout):
            auth.authorization(Deadline(0.01))
        issuer.may_end.set()
        assert first.result(PATIENCE) == "token-1"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="There is no fork.")
def test_a_fork_during_a_fetch() -> None:
    """The child fetches its own token."""
    issuer = HeldIssuer()
    auth = TokenAuth(issuer)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(auth.token)
        assert issuer.begun.acquire(timeout=PATIENCE)
        child = os.fork()
        if not child:
            issuer.may_end.set()
            os._exit(0 if auth.token() == "token-1" else 1)
        assert os.waitpid(child, 0)[1] == 0
        issuer.may_end.set()
        assert first.result(PATIENCE) == "token-1"


def test_the_fetch_itself_has_no_token() -> None:
    """Its requests are sent without one."""
    found: list[str | None] = []

    def fetch() -> str:
        found.append(auth.authorization())
        with pytest.raises(RuntimeError, match="asked for the token"):
            auth.token()
        return "token-1"

    auth = TokenAuth(fetch)
    assert auth.token() == "token-1"
    assert found == [None]


def issue() -> str:
    return "token-1"


def test_no_token_in_repr_and_pickle() -> None:
    """A copy fetches its own token."""
    auth = TokenAuth(issue, leeway=5, scheme="JWT")
    auth.token()
    assert repr(auth) == "TokenAuth(issue, leeway=5)"
    assert b"token-1" not in pickle.dumps(auth)
    assert pickle.loads(pickle.dumps(auth)).authorization() == "JWT token-1"


@pytest.mark.parametrize(
    ("fetched", "error", "message"),
    [
        (b"secret-token", TypeError, "not bytes"),
        (("secret-token", 1, 2), TypeError, "not tuple"),
        ("", ValueError, "empty"),
        ("Bearer secret-token", ValueError, 'without "Bearer"'),
        ("secret-token\n", ValueError, "line break"),
        (("secret-token", "3600"), TypeError, "not str"),
        (("secret-token", True), TypeError, "not bool"),
        (("secret-token", 1e11), ValueError, "Is it a date"),
        (("secret-token", float("nan")), ValueError, "nan"),
        (("secret-token", datetime.datetime(2030, 1, 1)), ValueError, "time zone"),
    ],
    ids=repr,
)
def test_invalid_tokens(fetched: Any, error: type[Exception], message: str) -> None:
    """The message names the accepted values and does not show the token."""
    with pytest.raises(error, match=message) as caught:
        TokenAuth(lambda: fetched).token()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"fetch": "token"}, TypeError, "fetch must be a function without parameters"),
        ({"fetch": issue, "leeway": "30"}, TypeError, "leeway must be a number"),
        ({"fetch": issue, "leeway": -1}, ValueError, "leeway must be 0 seconds or more"),
        ({"fetch": issue, "scheme": None}, TypeError, "scheme must be a str"),
        ({"fetch": issue, "scheme": "Bearer "}, ValueError, "scheme must be one word"),
    ],
)
def test_mistakes(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """Wrong arguments are refused by name in the constructor."""
    with pytest.raises(error, match=message):
        TokenAuth(**arguments)
