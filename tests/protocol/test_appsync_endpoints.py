"""AppSync's endpoints and the encodings of its connect request."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.protocol.appsync_endpoints import api_host, header_query, header_subprotocol, realtime_url, region_of

ID = "abcdefghijklmnopqrstuvwxyz"
US = f"{ID}.appsync-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://{US}/graphql", f"wss://{ID}.appsync-realtime-api.us-east-1.amazonaws.com/graphql"),
        (
            f"https://{ID.upper()}.AppSync-API.us-east-1.amazonaws.com/graphql?a=b#c",
            f"wss://{ID.upper()}.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
        ),
        (
            f"https://{ID}.appsync-api.cn-north-1.amazonaws.com.cn/graphql",
            f"wss://{ID}.appsync-realtime-api.cn-north-1.amazonaws.com.cn/graphql",
        ),
        (
            f"https://{ID}.appsync-api.us-gov-west-1.amazonaws.com/graphql",
            f"wss://{ID}.appsync-realtime-api.us-gov-west-1.amazonaws.com/graphql",
        ),
        ("https://api.example.com/graphql", "wss://api.example.com/graphql/realtime"),
        ("https://api.example.com/graphql/", "wss://api.example.com/graphql/realtime"),
        ("http://localhost:20002/graphql", "ws://localhost:20002/graphql/realtime"),
        ("https://user:secret@api.example.com:8443/graphql", "wss://api.example.com:8443/graphql/realtime"),
        # One letter too few, so it is not a host of AppSync.
        (
            f"https://{ID[1:]}.appsync-api.us-east-1.amazonaws.com/graphql",
            f"wss://{ID[1:]}.appsync-api.us-east-1.amazonaws.com/graphql/realtime",
        ),
    ],
)
def test_a01_realtime_url(url: str, expected: str) -> None:
    """Standard hosts have a realtime host; with a custom domain, the path differs."""
    assert realtime_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://{US.upper()}/graphql", US),
        ("https://user:secret@api.example.com:443/graphql", "api.example.com"),
        ("https://api.example.com:8443/graphql", "api.example.com:8443"),
        ("http://localhost:20002/graphql", "localhost:20002"),
        ("http://localhost:80/graphql", "localhost"),
    ],
)
def test_a02_the_host_is_that_of_the_http_endpoint(url: str, expected: str) -> None:
    """The port is included unless it is the default."""
    assert api_host(url) == expected


def test_region_of_other_hosts() -> None:
    """Only a standard host contains its region."""
    assert region_of(US) == "us-east-1"
    assert region_of(f"{US}:8443") == "us-east-1"
    assert region_of("api.example.com") is None
    assert region_of(f"{US}.evil.com") is None


API_KEY = {"host": US, "x-api-key": "da2-abcdefghijklmnopqrstuvwxyz"}
TOKEN = {"Authorization": "ey??>>~~.tok", "host": "api.example.com"}


def test_a03_query_form() -> None:
    """Standard base64 with padding, percent-encoded; the payload is an empty object."""
    assert header_query(API_KEY) == (
        "header=eyJob3N0IjoiYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXouYXBwc3luYy1hcGkudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20iLCJ4"
        "LWFwaS1rZXkiOiJkYTItYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoifQ%3D%3D&payload=e30%3D"
    )
    assert header_query(TOKEN) == (
        "header=eyJBdXRob3JpemF0aW9uIjoiZXk%2FPz4%2Bfn4udG9rIiwiaG9zdCI6ImFwaS5leGFtcGxlLmNvbSJ9&payload=e30%3D"
    )


def test_a04_subprotocol_form() -> None:
    """base64url without padding, which only has characters that are allowed in the list of subprotocols."""
    assert header_subprotocol(API_KEY) == (
        "header-eyJob3N0IjoiYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXouYXBwc3luYy1hcGkudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20iLCJ4"
        "LWFwaS1rZXkiOiJkYTItYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoifQ"
    )
    assert header_subprotocol(TOKEN) == (
        "header-eyJBdXRob3JpemF0aW9uIjoiZXk_Pz4-fn4udG9rIiwiaG9zdCI6ImFwaS5leGFtcGxlLmNvbSJ9"
    )


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_a03_a04_both_forms_carry_any_authorization(authorization: dict[str, str]) -> None:
    """A server decodes the original value, and no character is invalid in a URL or a token."""
    query = header_query(authorization)
    assert not set(query) & set('+/ "<>')
    assert json.loads(base64.b64decode(parse_qs(query)["header"][0], validate=True)) == authorization
    name, _, text = header_subprotocol(authorization).partition("-")
    assert (name, "=" in text) == ("header", False)
    assert json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == authorization
