"""Hints for keyword arguments that exist only in the gql package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INSTEAD: Mapping[str, str] = {
    "get_execution_result": "call execute_result(), execute_batch_results() or subscribe_results()",
    "upload_files": "leave it out: FileVar objects in the variables are uploaded automatically",
    "parse_result": "pass parse_results=True to the Client",
    "serialize_variables": "pass serialize_variables=True to the Client",
    "use_json": "leave it out: requests are always sent as JSON",
    "reconnecting": "pass reconnect= to the Client; it is on by default",
}


def unknown_argument(function: str, arguments: Mapping[str, Any]) -> TypeError:
    """Return the error for unexpected keyword arguments of *function*, with a hint if gql has the first one."""
    name = next(iter(arguments))
    message = f"{function}() got an unexpected keyword argument {name!r}"
    return TypeError(f"{message}; {INSTEAD[name]}." if name in INSTEAD else message)
