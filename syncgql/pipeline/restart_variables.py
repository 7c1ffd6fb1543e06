"""The check of the variables with which ``on_reconnect`` restarts a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exceptions import DocumentError
from ..request import GraphQLRequest


def check_restart_variables(request: GraphQLRequest, variable_values: Mapping[str, Any]) -> None:
    """Check the names of the variables that replace those of *request*.

    Raises:
        DocumentError: the operation does not declare one of the variables, or requires a variable that is missing.
    """
    definitions = {each.variable.name.value: each for each in request.operation.variable_definitions or ()}
    for name in variable_values:
        if name not in definitions:
            known = ", ".join(f"${each}" for each in definitions) or "none"
            raise DocumentError(
                f"on_reconnect returned a mapping with the key {name!r}, but the subscription has no variable ${name}; "
                f"its variables: {known}. To deliver events, return a list of them.",
                path=f"variables.{name}",
            )
    for name, definition in definitions.items():
        is_required = definition.type.kind == "non_null_type" and definition.default_value is None
        if is_required and name not in variable_values:
            raise DocumentError(
                f"on_reconnect returned variables without ${name}, which the subscription requires. They replace the "
                "previous variables, so return all of them.",
                path=f"variables.{name}",
            )
