"""Mask: credentials are hidden in text from servers, and nothing else is."""

from __future__ import annotations

import base64
import pickle
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import TransportAuthenticationError, TransportConnectionFailed, TransportProtocolError
from syncgql.protocol.masking import Mask

BASIC = base64.b64encode("ada:pässword".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "credential"),
    [
        ({"Authorization": "Bearer bad-token"}, "bad-token"),
        ({"authorization": "bad-token"}, "bad-token"),
        ({"Proxy-Authorization": "Bearer bad-token"}, "bad-token"),
        ({"Authorization": f"Basic {BASIC}"}, BASIC),
        ({"Authorization": f"Basic {BASIC}"}, "pässword"),
        ({"Cookie": "theme=x; sessionid=s3cret; csrftoken=t0ken"}, "s3cret"),
        ({"Cookie": 'sessionid="s3 cret"'}, "s3 cret"),
        ({"X-Api-Key": "key-1"}, "key-1"),
        ({"x-hasura-admin-secret": "hush"}, "hush"),
        ({"X-Shopify-Access-Token": "shpat_1"}, "shpat_1"),
        ({"X-Goog-IAP-JWT-Assertion": "e30.e30.sig"}, "e30.e30.sig"),
        ({"X-User-Assertion": "e30.e30.sig"}, "e30.e30.sig"),
    ],
)
def test_credentials_of_headers(headers: dict[str, str], credential: str) -> None:
    """Tokens, passwords, keys and cookies are hidden anywhere in the text."""
    assert Mask(headers).text(f"{credential} is bad: '{credential}'.") == "*** is bad: '***'."


def test_other_headers_are_not_credentials() -> None:
    """Their values may be ordinary words."""
    headers = {"Accept": "application/json", "X-Trace": "trace", "Content-Type": "text", "Authorization": "x"}
    text = "text, trace, application/json and x"
    assert Mask(headers).text(text) == text


def test_credentials_of_urls_and_payloads() -> None:
    """Parameters and members with such names are hidden at any depth."""
    payload = {"user": "ada-l", "authToken": "first", "headers": {"Authorization": "Bearer second"}, "keys": [1, None]}
    mask = Mask({}, "https://a/graphql?access_token=third&query=fourth", payload, {"x-api-key": "fifth"})
    assert mask.text("ada-l first second third fourth fifth") == "ada-l *** *** *** fourth ***"


def test_a_credential_that_was_cut_off() -> None:
    """An excerpt may end in the middle of a credential."""
    mask = Mask({"Authorization": "Bearer 0123456789abcdef"})
    assert mask.text("no such token: 0123456789ab") == "no such token: ***"
    assert mask.text("0123456789ab..., '01234567'.") == "***..., '***'."
    assert mask.text("0123456 is shorter") == "0123456 is shorter"


def test_a_token_that_begins_like_a_credential() -> None:
    """It is hidden whole: it may be the credential of another request."""
    mask = Mask({"Authorization": "Bearer 0123456789abcdef"})
    assert mask.text("0123456789abX.e-f_/g=. 01234567-8") == "***=. ***"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_credentials_with_the_same_beginning(order: tuple[int, int]) -> None:
    """Each is hidden whole, also if the error of one request contains the credential of the other."""
    header = "eyJhbGciOiJIUzI1NiJ9"
    tokens = [f"{header}.eyJzdWIiOiJhbm4ifQ.sig-ann", f"{header}.eyJzdWIiOiJib2IifQ.sig-bob"]
    masks = [Mask({"Authorization": f"Bearer {tokens[number]}"}) for number in order]
    text = f"{tokens[0]} and {tokens[1]}."
    assert masks[0].text(text) == Mask.of_all(masks).text(text) == "*** and ***."
    assert Mask.of_all(masks).text(masks[0].text(text)) == "*** and ***."


def test_overlapping_credentials() -> None:
    """All characters that belong to one of them are hidden."""
    mask = Mask({"X-Token": "abcdefgh-ijkl", "X-Secret": "ijkl!mnop"})
    assert mask.text("(abcdefgh-ijkl!mnop)") == "(***)"


PIECES = st.lists(st.sampled_from(["abcd", "efgh", "-ij.", "k l!", "abcdefgh", "mnopqrst"]), min_size=1, max_size=5)


@given(st.lists(PIECES.map("".join), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_no_part_of_a_credential_remains(credentials: list[str], random: Random) -> None:
    """This holds for credentials that contain each other, or begin alike, in any order."""
    masks = [Mask({"X-Token": f"x {credential}"}) for credential in credentials]
    random.shuffle(masks)
    quoted = [f"<{credential.strip()}>" for credential in credentials]
    assert Mask.of_all(masks).text("".join(quoted)) == "<***>" * len(quoted)


def test_a_credential_within_another() -> None:
    """The longer credential is hidden as a whole."""
    assert Mask({"X-Token": "abcd", "Authorization": "xxabcdxx"}).text("xxabcdxx abcd") == "*** ***"


def test_values_and_errors() -> None:
    """All strings of JSON are searched; in GraphQL errors only the messages change."""
    mask = Mask({"X-Token": "hush"})
    assert mask.value({"a": ["hush", 1, None], "b": {"c": "no hush"}}) == {"a": ["***", 1, None], "b": {"c": "no ***"}}
    errors: list[dict[str, Any]] = [{"message": "hush", "extensions": {"sent": "hush"}}, {"message": None}, {}]
    mask.errors(errors)
    assert errors == [{"message": "***", "extensions": {"sent": "hush"}}, {"message": None}, {}]


@pytest.mark.parametrize(
    "error",
    [
        TransportConnectionFailed("said hush", code=4000, reason="hush"),
        TransportAuthenticationError("said hush", reason="hush", body="hush", errors=[{"message": "hush"}]),
        TransportProtocolError("said hush", received="hush"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_exceptions(error: Any) -> None:
    """Messages, text, repr, pickles and excerpts are masked."""
    Mask({"X-Token": "hush"}).error(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.args) == ("said ***", ("said ***",))
    assert "hush" not in repr(copy) + repr(vars(copy))


def test_the_credentials_of_several_requests() -> None:
    """They are masked wherever they occur; the longest is masked whole."""
    masks = [Mask({"Authorization": "Bearer secret"}), Mask({}, "http://h/?token=secret-of-the-url")]
    assert Mask.of_all(masks).text("secret, secret-of-the-url") == "***, ***"
    assert Mask.of_all([]).text("secret") == "secret"
