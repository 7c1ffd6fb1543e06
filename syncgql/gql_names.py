"""Hints for keyword arguments that only the gql package has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INSTEAD: Mapping[str, str] = {
    "get_execution_result": "call execute_result(), execute_batch_results() or subscribe_results() for whole results",
    "upload_files": "leave it out: each FileVar among the variables is uploaded",
    "parse_result": "pass parse_results=True to the Client",
    "serialize_variables": "pass serialize_variables=True to the Client",
    "use_json": "leave it out: requests are always sent as JSON",
    "reconnecting": "pass reconnect= to the Client; it is on by default",
}


def unknown_argument(function: str, arguments: Mapping[str, Any]) -> TypeError:
    """Return the error for keyword arguments that *function* does not have, with a hint if gql has the first one."""
    name = next(iter(arguments))
    message = f"{function}() got an unexpected keyword argument {name!r}"
    return TypeError(f"{message}; {INSTEAD[name]}." if name in INSTEAD else message)
