"""Authentication to AWS AppSync, over HTTP and on its realtime endpoint.

Follows https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html

One method authenticates all three kinds of request; its arguments distinguish them:

==================  ===================================  ==========================================
request             ``get_headers(...)``                 returns
==================  ===================================  ==========================================
query, mutation     ``data``: the body; ``headers``      headers to add to the HTTP request
realtime connect    nothing                              the authorization object of the connection
realtime subscribe  ``data``: the text of ``data``       the authorization object of the start
==================  ===================================  ==========================================

It is called for each request, connection and subscription, and again for each retry, so tokens may expire and
credentials may rotate. It may block, so it is never called on the loop.
"""

from __future__ import annotations

import datetime
import importlib.util
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..checks import check_function, check_text
from ..exceptions import TransportCredentialsMissing, TransportError
from ..messages import as_sentence
from ..protocol.appsync_endpoints import header_query, realtime_url, region_of
from .token_auth import TokenAuth

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials
    from botocore.session import Session

__all__ = [
    "AppSyncApiKeyAuthentication",
    "AppSyncAuthentication",
    "AppSyncIAMAuthentication",
    "AppSyncJWTAuthentication",
    "AppSyncLambdaAuthentication",
]

SERVICE = "appsync"
PATH = "/graphql"
REALTIME_HEADERS = {
    "accept": "application/json, text/javascript",
    "content-encoding": "amz-1.0",
    "content-type": "application/json; charset=UTF-8",
}

Secret = str | TokenAuth | Callable[[], str]


class AppSyncAuthentication(ABC):
    """Base class of the ways to authenticate to AppSync; subclass it to add one."""

    @abstractmethod
    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the authentication for one request; called for each request, never on the loop.

        Args:
            data: the text to be sent: the body of an HTTP request, or ``payload.data`` of a subscription; None for the
                connect request of the realtime endpoint.
            headers: the headers of an HTTP request; None on the realtime endpoint.

        Returns:
            With *headers*, headers for the HTTP request. Without *headers*, the authorization object of the realtime
            endpoint, including ``host``.

        Raises:
            TransportError: there is no authentication, for example because credentials are missing; nothing was sent.
        """

    @property
    def is_refreshable(self) -> bool:
        """Whether a refused request may succeed with a new authorization; if so, it is retried once."""
        return True

    @property
    def token_auth(self) -> TokenAuth | None:
        """The ``TokenAuth`` that fetches the token; None if there is none."""
        return None

    def get_auth_url(self, url: str) -> str:
        """Return the realtime URL for the HTTP endpoint *url*, with the authorization in its query string.

        The result contains a secret; do not log it.
        """
        return f"{realtime_url(url)}?{header_query(self.get_headers())}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class _SecretAuthentication(AppSyncAuthentication):
    """A key or token that is sent unchanged with every request."""

    HEADER: str
    PARAMETER: str

    def __init__(self, host: str, secret: Secret) -> None:
        self.host = _check_host(host)
        self._secret = secret
        if callable(secret):
            check_function(self.PARAMETER, secret, 0)
        elif not isinstance(secret, TokenAuth):
            self._check(secret)

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        secret = self._secret
        if isinstance(secret, TokenAuth):
            secret = secret.token()
        elif callable(secret):
            secret = secret()
        self._check(secret)
        return {self.HEADER: secret} if headers is not None else self._authorization(secret)

    @property
    def is_refreshable(self) -> bool:
        return not isinstance(self._secret, str)

    @property
    def token_auth(self) -> TokenAuth | None:
        return self._secret if isinstance(self._secret, TokenAuth) else None

    def _authorization(self, secret: str) -> dict[str, str]:
        return {self.HEADER: secret, "host": self.host}

    def _check(self, secret: object) -> None:
        """Reject a value that is not a key or token, without showing it."""
        if not isinstance(secret, str):
            kind = type(secret).__name__
            raise TypeError(f"{self.PARAMETER} must be a str or a function that returns one, not {kind}.")
        if not secret.strip():
            raise ValueError(f"{self.PARAMETER} is empty.")
        if not (secret.isascii() and secret.isprintable()):
            raise ValueError(
                f"{self.PARAMETER} contains a line break or another character that is not allowed in a header."
            )

    def __getstate__(self) -> dict[str, Any]:
        if isinstance(self._secret, str):
            raise TypeError(
                f"{type(self).__name__} does not pickle its {self.PARAMETER}, because a pickle can be read by anyone. "
                f"Pass {self.PARAMETER} as a function at the top level of a module, which is pickled by name."
            )
        return dict(self.__dict__)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.host}>"


class AppSyncApiKeyAuthentication(_SecretAuthentication):
    """Authenticates with an API key.

    Args:
        host: the host of the API's HTTP endpoint, ``XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com``.
        api_key: the key, ``da2-...``, or a function that returns it.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *host* is not the host of an HTTP endpoint, or *api_key* cannot be a key.
    """

    HEADER = "x-api-key"
    PARAMETER = "api_key"

    def __init__(self, host: str, api_key: Secret) -> None:
        super().__init__(host, api_key)

    def _authorization(self, secret: str) -> dict[str, str]:
        return {"host": self.host, self.HEADER: secret}


class AppSyncJWTAuthentication(_SecretAuthentication):
    """Authenticates with a JSON Web Token from a Cognito user pool or an OpenID Connect provider.

    Args:
        host: the host of the API's HTTP endpoint, ``XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com``.
        jwt: the token as it was issued; a ``TokenAuth``; or a function that returns the token and can renew it before
            it expires.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *host* is not the host of an HTTP endpoint, or *jwt* cannot be a token.
    """

    HEADER = "Authorization"
    PARAMETER = "jwt"

    def __init__(self, host: str, jwt: Secret) -> None:
        super().__init__(host, jwt)


class AppSyncLambdaAuthentication(_SecretAuthentication):
    """Authenticates with a token for the API's Lambda authorizer.

    Args:
        host: the host of the API's HTTP endpoint, ``XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com``.
        token: a token for the Lambda function, a ``TokenAuth``, or a function that returns it.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *host* is not the host of an HTTP endpoint, or *token* cannot be a token. A token that looks like an
            IAM signature is rejected, because AppSync would treat it as one.
    """

    HEADER = "Authorization"
    PARAMETER = "token"

    def __init__(self, host: str, token: Secret) -> None:
        super().__init__(host, token)

    def _check(self, secret: object) -> None:
        super()._check(secret)
        if str(secret).startswith("AWS4-HMAC-SHA256"):
            raise ValueError("token looks like an IAM signature; use AppSyncIAMAuthentication to sign requests.")


class AppSyncIAMAuthentication(AppSyncAuthentication):
    """Authenticates with AWS credentials: every request is signed (Signature Version 4).

    Requires the extra ``appsync``. botocore looks up credentials when the first request is signed, in the usual places:
    the environment, ``~/.aws``, the container or the instance. Temporary credentials are renewed.

    Args:
        host: the host of the API's HTTP endpoint, ``XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com``.
        region_name: the region; by default the region in *host* or, if it contains none, the configured region.
        session: a ``botocore.session.Session`` that supplies credentials and region, for example one with a profile.
        credentials: ``botocore.credentials.Credentials``, for example those of a boto3 session.

    Raises:
        ModuleNotFoundError: botocore is not installed.
        TypeError: an argument has the wrong type.
        ValueError: *host* is not the host of an HTTP endpoint.
    """

    def __init__(
        self,
        host: str,
        region_name: str | None = None,
        session: Session | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        if importlib.util.find_spec("botocore") is None:
            raise ModuleNotFoundError(
                "AppSyncIAMAuthentication requires botocore; install the extra syncgql[appsync]",
                name="botocore",
            )
        self.host = _check_host(host)
        self.region_name = check_text("region_name", region_name)
        _check_has("session", session, "a botocore.session.Session", ("get_credentials", "get_config_variable"))
        _check_has("credentials", credentials, "botocore.credentials.Credentials", ("get_frozen_credentials",))
        self._session = session
        self._credentials = credentials
        self._own_session: tuple[int, Session] | None = None  # with the id of its process

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        if headers is None:
            path, body = (f"{PATH}/connect", "{}") if data is None else (PATH, data)
            return self._sign(path, {**REALTIME_HEADERS, "host": self.host}, body)
        if not data:
            raise TransportError("AppSync accepts only POST requests with a JSON body, not GET or uploads.", sent=False)
        return self._sign(PATH, {name: value for name, value in headers.items() if _is_signed(name)}, data)

    def _sign(self, path: str, headers: Mapping[str, str], body: str) -> dict[str, str]:
        from botocore.exceptions import BotoCoreError

        try:
            region = self._region()
            credentials = self._credentials or self._botocore_session().get_credentials()
            if credentials is None:
                raise _missing_credentials("botocore found no AWS credentials.")
            frozen = credentials.get_frozen_credentials()  # renews temporary ones
        except BotoCoreError as error:
            raise _missing_credentials(f"botocore could not get AWS credentials: {as_sentence(error)}") from error
        return sign(frozen, region, f"https://{self.host}{path}", headers, body.encode(), _now())

    def _region(self) -> str:
        region = self.region_name or region_of(self.host) or self._botocore_session().get_config_variable("region")
        if not region:
            raise TransportCredentialsMissing(
                f"There is no region to sign for: none is configured, and {self.host} is not a standard host "
                "(ID.appsync-api.REGION.amazonaws.com with an ID of 26 characters). Pass region_name=, or set "
                "AWS_DEFAULT_REGION.",
                missing="region",
            )
        return str(region)

    def _botocore_session(self) -> Session:
        """Return the session that was passed, or one for this process, because a fork may interrupt a renewal.

        No lock is needed: if two threads each create a session, both work.
        """
        if self._session is not None:
            return self._session
        if self._own_session is None or self._own_session[0] != os.getpid():
            from botocore.session import get_session

            self._own_session = os.getpid(), get_session()
        return self._own_session[1]

    def __getstate__(self) -> dict[str, Any]:
        if self._credentials is not None or self._session is not None:
            raise TypeError(
                "AppSyncIAMAuthentication does not pickle credentials= and session=, which contain secrets. Without "
                "these arguments, credentials are looked up in the process that unpickles it."
            )
        return {**self.__dict__, "_own_session": None}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.host}>"


def sign(
    credentials: ReadOnlyCredentials,
    region: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    moment: datetime.datetime,
    service: str = SERVICE,
) -> dict[str, str]:
    """Return *headers* with a signature for a POST request (Signature Version 4); *moment* is in UTC."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    signed = {**headers, "x-amz-date": moment.strftime("%Y%m%dT%H%M%SZ")}
    if credentials.token:
        signed["X-Amz-Security-Token"] = credentials.token
    request = AWSRequest("POST", url, signed, body)
    request.context["timestamp"] = signed["x-amz-date"]
    signer = SigV4Auth(credentials, service, region)
    # The same steps as signer.add_auth(), which logs the signature and the canonical request, including the token.
    canonical_request = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical_request), request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    signed["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, SignedHeaders={names}, Signature={signature}"
    )
    return signed


def _is_signed(name: str) -> bool:
    """Return whether a header of an HTTP request is signed.

    Only headers that tell AppSync how to read the request are signed, because proxies may change others.
    """
    name = name.lower()
    ours = name in ("x-amz-date", "x-amz-security-token")  # from an earlier attempt
    return (name == "content-type" or name.startswith("x-amz-")) and not ours


def _check_host(host: object) -> str:
    if not isinstance(host, str):
        raise TypeError(f"host must be a str, not {type(host).__name__}.")
    if not host or any(character in host for character in "/?#@ \t\r\n"):
        raise ValueError(
            "host must be the host of the API's HTTP endpoint, such as "
            "XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com, and not a URL."
        )
    if "appsync-realtime-api" in host.lower():
        raise ValueError("host must be the host of the HTTP endpoint (appsync-api), not of the realtime endpoint.")
    return host.lower()


def _check_has(option: str, value: object, wanted: str, methods: tuple[str, ...]) -> None:
    # Checks methods and not the type, because botocore is imported only when the first request is signed.
    if value is not None and not all(callable(getattr(value, method, None)) for method in methods):
        kind = f"{type(value).__module__}.{type(value).__name__}"
        raise TypeError(f"{option} must be {wanted}, not {kind.removeprefix('builtins.')}.")


def _missing_credentials(what: str) -> TransportCredentialsMissing:
    return TransportCredentialsMissing(
        f"{what} Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, configure a profile (aws configure, aws sso login), "
        "or pass credentials= or session=.",
        missing="credentials",
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
