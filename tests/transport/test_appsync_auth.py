"""The ways to authenticate to AppSync: their results, the values that they refuse, and their secrets."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import Credentials, ReadOnlyCredentials, RefreshableCredentials
from botocore.session import Session

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncAuthentication,
    AppSyncIAMAuthentication,
    AppSyncJWTAuthentication,
    AppSyncLambdaAuthentication,
    TokenAuth,
    TransportCredentialsMissing,
    TransportError,
)
from syncgql.transport import appsync_auth
from syncgql.transport.appsync_auth import REALTIME_HEADERS, sign

from ..servers import sigv4

HOST = "abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com"
ACCESS_KEY = "AKIDEXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DATA = '{"query":"subscription { onMsg { id } }","variables":{}}'
NOON = datetime.datetime(2020, 4, 1, 0, 10, 10, tzinfo=datetime.timezone.utc)
SCOPE = "20200401/us-east-1/appsync/aws4_request"
NAMES = ["accept", "content-encoding", "content-type", "host", "x-amz-date"]
JSON_HEADERS = {"Content-Type": "application/json"}


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign at a fixed time."""
    monkeypatch.setattr(appsync_auth, "_now", lambda: NOON)


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any AWS configuration."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def credentials(token: str | None = None) -> Credentials:
    return Credentials(ACCESS_KEY, SECRET_KEY, token)


def iam(token: str | None = None, host: str = HOST, region_name: str | None = None) -> AppSyncIAMAuthentication:
    return AppSyncIAMAuthentication(host, region_name, credentials=credentials(token))


def a_key() -> str:
    return "da2-from-a-function"


# -- Signature Version 4

STS_TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7"
    "mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d"
    "+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# The POSTs of the Signature Version 4 test suite that AWS publishes: headers, body, token, signed headers, signature.
AWS_SUITE: dict[str, tuple[dict[str, str], bytes, str, str, str]] = {
    "post-vanilla": (
        {}, b"", "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "post-header-value-case": (
        {"My-Header1": "VALUE1"}, b"", "", "host;my-header1;x-amz-date",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    "post-header-key-sort": (
        {"My-Header1": "value1"}, b"", "", "host;my-header1;x-amz-date",
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    "post-x-www-form-urlencoded": (
        FORM, b"Param1=value1", "", "content-type;host;x-amz-date",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
    "post-sts-header-before": (
        {}, b"", STS_TOKEN, "host;x-amz-date;x-amz-security-token",
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", AWS_SUITE)
def test_signatures_match_the_suite_of_aws(case: str) -> None:
    """The published requests get the published Authorization header."""
    headers, body, token, names, signature = AWS_SUITE[case]
    frozen = ReadOnlyCredentials(ACCESS_KEY, SECRET_KEY, token)
    moment = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.timezone.utc)
    signed = sign(frozen, "us-east-1", "https://example.amazonaws.com/", headers, body, moment, "service")
    assert signed["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def test_the_servers_side_matches_the_suite_of_botocore() -> None:
    """The tests' own implementation of signatures reproduces a case of botocore's test suite."""
    headers = {"date": "Mon, 09 Sep 2011 23:36:00 GMT", "host": "host.foo.com"}
    canonical = sigv4.canonical_request("GET", "/%2520/foo", headers, ["date", "host"], b"")
    scope = "20110909/us-east-1/host/aws4_request"
    text = sigv4.string_to_sign("20110909T233600Z", scope, canonical)
    assert (
        sigv4.signature(SECRET_KEY, scope, text) == "2be9e587d1ee1f0fd02128724b86b4358ba3630d39f493b6e06610a19a50779e"
    )


# data, token, sha256 of the body, of the canonical request, and the signature
KNOWN_GOOD = {
    "connect": (
        None, None,
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "af1d2e37f9f7fbabc35dc4abf08e319253cc86603d1cbaebf31b2ebcfcd30773",
        "4183c24853c23cc6dc6dacd70b715b2e5c42ca0149a5eb95fe98d8c8c693f6ef",
    ),
    "start": (
        DATA, None,
        "37d93ceb7da6e851d0170b118330849fbc2feef9f815510e0ea9629e9e2facc8",
        "b79ceb583150deb599231bd2776b6d8a2c60ee43ede79dd869af979a3c089ba0",
        "7e62281a95e1499529aea9bee04eea3a4f78eaa18e3212db4b3681fce110d785",
    ),
    "connect with token": (
        None, "SESSIONTOKEN",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "c894936dd28534d6a1944e9b225abcef352180b12ad8b346fc80f2ec263755a4",
        "62826e08284eb82b9f3ed34cbed38f7d008451eedc4e77ed9a189dcec3d661df",
    ),
    "start with token": (
        DATA, "SESSIONTOKEN",
        "37d93ceb7da6e851d0170b118330849fbc2feef9f815510e0ea9629e9e2facc8",
        "196e6f2250ccb1324f03d4fbd2b10ba9d2676d8bce3222700afdb34dd9017a53",
        "445e376b9da5b82ebc6ba133f6a07f5c1e820e8e2eced737b6f2e091ccbc08e0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN_GOOD)
def test_a05_known_good_signatures(case: str, at_noon: None) -> None:
    """Connect and start get the signatures that were computed step by step, including the canonical request."""
    data, token, body_hash, canonical_hash, signature = KNOWN_GOOD[case]
    authorization = iam(token).get_headers(data)
    names = [*NAMES, "x-amz-security-token"] if token else NAMES
    assert authorization["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{SCOPE}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    body = (data or "{}").encode()
    assert hashlib.sha256(body).hexdigest() == body_hash
    sent = {name.lower(): value for name, value in authorization.items()}
    path = "/graphql" if data else "/graphql/connect"
    canonical = sigv4.canonical_request("POST", path, sent, names, body)
    assert hashlib.sha256(canonical.encode()).hexdigest() == canonical_hash


def test_a05_the_canonical_request_of_a_connect(at_noon: None) -> None:
    """The canonical request is, line by line, that of AppSync."""
    sent = {name.lower(): value for name, value in iam().get_headers().items()}
    assert sigv4.canonical_request("POST", "/graphql/connect", sent, NAMES, b"{}").split("\n") == [
        "POST",
        "/graphql/connect",
        "",
        "accept:application/json, text/javascript",
        "content-encoding:amz-1.0",
        "content-type:application/json; charset=UTF-8",
        f"host:{HOST}",
        "x-amz-date:20200401T001010Z",
        "",
        "accept;content-encoding;content-type;host;x-amz-date",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    ]


@pytest.mark.parametrize(
    ("data", "path"), [(None, "/graphql/connect"), (DATA, "/graphql"), ('{"query":"ü"}', "/graphql")]
)
def test_a06_signed_urls_and_bodies(data: str | None, path: str) -> None:
    """A connect signs ``/graphql/connect`` with the body ``{}``, a start ``/graphql`` with its exact data."""
    authorization = iam().get_headers(data)
    check = (SECRET_KEY, "us-east-1/appsync/aws4_request")
    assert sigv4.refusal(path, authorization, (data or "{}").encode(), *check) is None
    assert sigv4.refusal(path, authorization, b'{"query":"another"}', *check) == "the signature does not match"


def test_a07_the_token_is_there_if_and_only_if_credentials_are_temporary() -> None:
    """The token is a member and a signed header, or neither."""
    with_token, without = iam("SESSIONTOKEN").get_headers(), iam().get_headers()
    assert with_token["X-Amz-Security-Token"] == "SESSIONTOKEN"
    assert "x-amz-security-token" in with_token["Authorization"]
    assert "x-amz-security-token" not in json.dumps(without).lower()


def test_every_signed_header_is_a_member() -> None:
    """The authorization object of IAM has the signed headers, and nothing else."""
    authorization = iam("SESSIONTOKEN").get_headers(DATA)
    assert list(authorization) == [*REALTIME_HEADERS, "host", "x-amz-date", "X-Amz-Security-Token", "Authorization"]


def test_a22_http_signs_the_body_that_is_given() -> None:
    """Over HTTP the body and its media type are signed; other headers may be changed by proxies and are not."""
    headers = {**JSON_HEADERS, "Accept": "*/*", "User-Agent": "x", "X-Amz-User-Agent": "y", "Cookie": "c"}
    signed = iam("SESSIONTOKEN").get_headers(DATA, headers)
    assert (
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-user-agent," in signed["Authorization"]
    )
    sent = {**headers, **signed, "host": HOST}
    assert sigv4.refusal("/graphql", sent, DATA.encode(), SECRET_KEY, "us-east-1/appsync/aws4_request") is None


def test_http_replaces_the_signature_of_an_earlier_attempt() -> None:
    """A retry does not sign or send the headers of an earlier signature."""
    first = iam("SESSIONTOKEN").get_headers(DATA, {**JSON_HEADERS, "X-Amz-Date": "20000101T000000Z"})
    again = iam().get_headers(DATA, first)
    assert "SignedHeaders=content-type;host;x-amz-date," in again["Authorization"]
    assert first["x-amz-date"] != "20000101T000000Z"
    assert "X-Amz-Security-Token" not in again


def test_iam_refuses_requests_without_a_body() -> None:
    """AppSync supports neither GET nor uploads."""
    with pytest.raises(TransportError, match="POST"):
        iam().get_headers(None, JSON_HEADERS)


# -- keys and tokens

SECRETS: dict[str, tuple[Callable[[Any], AppSyncAuthentication], str]] = {
    "api_key": (lambda secret: AppSyncApiKeyAuthentication(HOST, secret), "x-api-key"),
    "jwt": (lambda secret: AppSyncJWTAuthentication(HOST, secret), "Authorization"),
    "token": (lambda secret: AppSyncLambdaAuthentication(HOST, secret), "Authorization"),
}


@pytest.fixture(params=SECRETS)
def kind(request: pytest.FixtureRequest) -> str:
    """All ways that send a key or token unchanged."""
    return str(request.param)


def test_a02_keys_and_tokens(kind: str) -> None:
    """The authorization object has the host of the API and the given secret; HTTP only needs the secret's header."""
    make, header = SECRETS[kind]
    auth = make("se cret")
    assert auth.get_headers() == auth.get_headers(DATA) == {"host": HOST, header: "se cret"}
    assert auth.get_headers(DATA, JSON_HEADERS) == {header: "se cret"}


def test_a02_iam_names_the_host() -> None:
    """IAM's authorization objects also have the API's host; over HTTP the URL has it."""
    assert iam().get_headers()["host"] == iam().get_headers(DATA)["host"] == HOST
    assert "host" not in iam().get_headers(DATA, JSON_HEADERS)


def test_a09_functions_are_called_every_time(kind: str) -> None:
    """A secret may be a function, so that it can change."""
    make, header = SECRETS[kind]
    secrets = iter(["first", "second"])
    auth = make(lambda: next(secrets))
    assert [auth.get_headers()[header], auth.get_headers(DATA)[header]] == ["first", "second"]


@pytest.mark.parametrize("secret", [None, b"bytes", 5])
def test_secrets_of_a_wrong_type(kind: str, secret: Any) -> None:
    """They are refused when they are passed, or when a function returns them."""
    make, _ = SECRETS[kind]
    with pytest.raises(TypeError, match=f"{kind} must be a str"):
        make(secret)
    with pytest.raises(TypeError, match=f"{kind} must be a str"):
        make(lambda: secret).get_headers()


@pytest.mark.parametrize("secret", ["", "  ", "tell-nobody\r\nX-Evil: 1", "tell-nobody-ü"])
def test_secrets_that_cannot_be_headers(kind: str, secret: str) -> None:
    """They are refused without being shown."""
    make, _ = SECRETS[kind]
    with pytest.raises(ValueError) as caught:
        make(secret)
    assert "tell-nobody" not in str(caught.value)
    with pytest.raises(ValueError):
        make(lambda: secret).get_headers()


def test_a_lambda_token_must_not_look_like_a_signature() -> None:
    """AppSync would treat it as an IAM signature."""
    with pytest.raises(ValueError, match="AppSyncIAMAuthentication"):
        AppSyncLambdaAuthentication(HOST, "AWS4-HMAC-SHA256 Credential=x")


@pytest.mark.parametrize("host", [f"https://{HOST}/graphql", f"{HOST}/graphql", "", "a b", "user@host"])
def test_a_host_is_not_a_url(host: str) -> None:
    """A URL instead of a host is refused immediately, by every class."""
    for make in (AppSyncApiKeyAuthentication, AppSyncJWTAuthentication, AppSyncLambdaAuthentication):
        with pytest.raises(ValueError, match="not a URL"):
            make(host, "secret")
    with pytest.raises(ValueError, match="not a URL"):
        iam(host=host)


def test_a02_the_realtime_host_is_refused() -> None:
    """AppSync responds to this mistake only with UnauthorizedException."""
    with pytest.raises(ValueError, match="not of the realtime endpoint"):
        AppSyncApiKeyAuthentication(HOST.replace("appsync-api", "appsync-realtime-api"), "key")
    with pytest.raises(TypeError, match="host must be a str"):
        AppSyncApiKeyAuthentication(None, "key")  # type: ignore[arg-type]


def test_a03_auth_url(kind: str) -> None:
    """``get_auth_url`` returns the realtime URL with the authorization in its query string, as other clients use it."""
    make, header = SECRETS[kind]
    parts = urlsplit(make("se>>cret??").get_auth_url(f"https://{HOST}/graphql"))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "wss://abcdefghijklmnopqrstuvwxyz.appsync-realtime-api.us-east-1.amazonaws.com/graphql"
    )
    query = parse_qs(parts.query, strict_parsing=True)
    assert json.loads(base64.b64decode(query["header"][0])) == {"host": HOST, header: "se>>cret??"}
    assert query["payload"] == ["e30="]


def test_a_subclass_of_the_user() -> None:
    """It only needs ``get_headers``."""

    class Own(AppSyncAuthentication):
        def get_headers(self, data: Any = None, headers: Any = None) -> dict[str, str]:
            return {"host": HOST, "Authorization": "own"}

    assert Own().get_auth_url(f"https://{HOST}/graphql").startswith("wss://")
    assert repr(Own()) == "<Own>"


# -- the sources of credentials and region


def test_a23_missing_credentials(no_aws: None) -> None:
    """The error has its own class and says what to do."""
    with pytest.raises(TransportCredentialsMissing, match=r"AWS_ACCESS_KEY_ID.*aws configure.*credentials=") as caught:
        AppSyncIAMAuthentication(HOST).get_headers()
    assert caught.value.missing == "credentials"


def test_a23_credentials_that_cannot_be_loaded(no_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception of botocore is the cause."""
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(TransportCredentialsMissing, match="nowhere") as caught:
        AppSyncIAMAuthentication(HOST).get_headers()
    assert type(caught.value.__cause__).__name__ == "ProfileNotFound"


def test_a23_missing_region(no_aws: None) -> None:
    """A custom host contains no region; the error says where to pass it."""
    with pytest.raises(TransportCredentialsMissing, match=r"region_name=.*AWS_DEFAULT_REGION") as caught:
        iam(host="api.example.com").get_headers()
    assert caught.value.missing == "region"
    with pytest.raises(TransportCredentialsMissing, match=r"abc\.appsync-api\.\S+ is not a standard host "):
        iam(host="abc.appsync-api.eu-west-1.amazonaws.com").get_headers()


def test_credentials_that_appear_later_are_found(no_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is not cached."""
    auth = AppSyncIAMAuthentication(HOST)
    with pytest.raises(TransportCredentialsMissing):
        auth.get_headers()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    assert ACCESS_KEY in auth.get_headers()["Authorization"]


@pytest.mark.parametrize(
    ("host", "region_name", "expected"),
    [
        (HOST, None, "us-east-1"),
        (HOST, "eu-west-1", "eu-west-1"),
        (HOST.replace("us-east-1", "us-gov-west-1"), None, "us-gov-west-1"),
        (HOST.replace("us-east-1", "cn-north-1") + ".cn", None, "cn-north-1"),
        ("api.example.com", "eu-west-1", "eu-west-1"),
        ("api.example.com", None, "ap-south-1"),
    ],
)
def test_region(
    no_aws: None, monkeypatch: pytest.MonkeyPatch, host: str, region_name: str | None, expected: str
) -> None:
    """The region is the given one, or the one in the host name, or the configured one."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    authorization = iam(host=host, region_name=region_name).get_headers()["Authorization"]
    assert f"/{expected}/appsync/aws4_request" in authorization


def test_a_session_of_the_user(no_aws: None, tmp_path: Path) -> None:
    """A botocore session supplies credentials and region, for example of a profile."""
    (tmp_path / "config").write_text("[profile books]\nregion = sa-east-1\n")
    (tmp_path / "credentials").write_text(f"[books]\naws_access_key_id = BOOKS\naws_secret_access_key = {SECRET_KEY}\n")
    auth = AppSyncIAMAuthentication("api.example.com", session=Session(profile="books"))
    assert "Credential=BOOKS/" in auth.get_headers()["Authorization"]
    assert "/sa-east-1/appsync/" in auth.get_headers()["Authorization"]


def test_temporary_credentials_are_renewed() -> None:
    """Each signature uses credentials that are valid at that moment."""
    now = datetime.datetime.now(datetime.timezone.utc)
    renewed = []

    def renew() -> dict[str, Any]:
        renewed.append(True)
        expiry = now + datetime.timedelta(hours=1)
        return {"access_key": "NEW", "secret_key": SECRET_KEY, "token": "NEWTOKEN", "expiry_time": expiry.isoformat()}

    old = RefreshableCredentials("OLD", SECRET_KEY, "OLDTOKEN", now - datetime.timedelta(minutes=1), renew, "test")
    authorization = AppSyncIAMAuthentication(HOST, credentials=old).get_headers()
    assert renewed == [True]
    assert "Credential=NEW/" in authorization["Authorization"]
    assert authorization["X-Amz-Security-Token"] == "NEWTOKEN"


def test_without_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only IAM requires it, and says how to install it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    AppSyncApiKeyAuthentication(HOST, "key")
    with pytest.raises(ModuleNotFoundError, match=r"syncgql\[appsync\]"):
        AppSyncIAMAuthentication(HOST)


# -- secrets


@pytest.mark.parametrize(
    "make", [lambda: iam("SESSIONTOKEN"), *(lambda make=make: make("tell-nobody") for make, _ in SECRETS.values())]
)
def test_neither_repr_nor_pickle_shows_a_secret(make: Callable[[], AppSyncAuthentication]) -> None:
    """``repr`` shows the host; pickling a secret is refused, and the error says what to do."""
    auth = make()
    for text in (repr(auth), str(auth)):
        assert HOST in text
        assert not [secret for secret in ("tell-nobody", ACCESS_KEY, SECRET_KEY, "SESSIONTOKEN") if secret in text]
    with pytest.raises(TypeError, match="does not pickle"):
        pickle.dumps(auth)


def test_objects_without_a_secret_are_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function is pickled by name; IAM looks up its credentials where it is unpickled."""
    api_key = pickle.loads(pickle.dumps(AppSyncApiKeyAuthentication(HOST, a_key)))
    assert api_key.get_headers() == {"host": HOST, "x-api-key": "da2-from-a-function"}
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "HERE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    auth = AppSyncIAMAuthentication(HOST)
    assert "Credential=HERE/" in auth.get_headers()["Authorization"]
    pickled = pickle.dumps(auth)
    assert b"HERE" not in pickled
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "THERE")
    assert "Credential=THERE/" in pickle.loads(pickled).get_headers()["Authorization"]


def test_signing_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Botocore's own log does not contain them either."""
    caplog.set_level(logging.DEBUG)
    signature = iam("SESSIONTOKEN").get_headers(DATA)["Authorization"].rpartition("=")[2]
    assert not [secret for secret in (signature, SECRET_KEY, "SESSIONTOKEN") if secret in caplog.text]


def test_a_token_auth_provides_the_token() -> None:
    """It is sent without its scheme, which AppSync does not accept; a refused token is replaced."""
    tokens = iter(["token-1", "token-2"])
    shared = TokenAuth(lambda: next(tokens))
    auth = AppSyncJWTAuthentication(HOST, shared)
    assert auth.is_refreshable
    assert auth.token_auth is shared
    assert auth.get_headers("{}", {}) == {"Authorization": "token-1"}
    shared.refused("token-1")
    assert auth.get_headers()["Authorization"] == "token-2"
