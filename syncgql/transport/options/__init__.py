"""Options that several transports accept, checked before connecting. There is one module for each kind of option."""

from .arguments import check_arguments, check_method
from .batches import BATCH_MAX, check_batch_options
from .cookies import check_cookies
from .credentials import (
    AuthOption,
    Credentials,
    Login,
    RequestAuthentication,
    add_token,
    appsync_of,
    authorization,
    check_auth,
    check_credentials,
    fixed_authorization,
    proxy_with_credentials,
    split_credentials,
    token_auth_of,
    with_authorization,
)
from .headers import (
    Headers,
    HeadersOption,
    Pairs,
    check_fixed_headers,
    check_headers,
    resolve_headers,
)
from .message_size import MAX_MESSAGE_SIZE, check_message_size
from .pool_size import POOL_SIZE, check_pool_size
from .timeouts import CallLimit, TimeoutOption, call_limit, client_timeout
from .tls import CertOption, check_ssl, missing_bundle, with_certificate
from .urls import check_proxy, check_url

__all__ = [
    "BATCH_MAX",
    "MAX_MESSAGE_SIZE",
    "POOL_SIZE",
    "AuthOption",
    "CallLimit",
    "CertOption",
    "Credentials",
    "Headers",
    "HeadersOption",
    "Login",
    "Pairs",
    "RequestAuthentication",
    "TimeoutOption",
    "add_token",
    "appsync_of",
    "authorization",
    "call_limit",
    "check_arguments",
    "check_auth",
    "check_batch_options",
    "check_cookies",
    "check_credentials",
    "check_fixed_headers",
    "check_headers",
    "check_message_size",
    "check_method",
    "check_pool_size",
    "check_proxy",
    "check_ssl",
    "check_url",
    "client_timeout",
    "fixed_authorization",
    "missing_bundle",
    "proxy_with_credentials",
    "resolve_headers",
    "split_credentials",
    "token_auth_of",
    "with_authorization",
    "with_certificate",
]
