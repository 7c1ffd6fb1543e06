"""Hints for arguments of operations that are passed in the wrong place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graphql import GraphQLArgument, GraphQLInputObjectType, get_named_type, is_required_argument

from ..exceptions import DocumentError
from ..schema.names import find_name, nearest
from .fields import Selectable

OPTIONS = ("timeout", "headers", "extra_args", "operation_name", "directives")
"""The arguments of ``with_options``."""


def unknown_argument_hint(name: str, defined: Mapping[str, GraphQLArgument]) -> str:
    """Return a sentence, after a space, that says where an argument belongs; empty if this is unknown.

    Args:
        name: the argument.
        defined: the arguments that the field has.
    """
    if name in OPTIONS:
        return f" Pass options with with_options({name}=...)."
    for key, argument in defined.items():
        type_ = get_named_type(argument.type)
        if isinstance(type_, GraphQLInputObjectType) and (found := find_name(name, type_.fields)) is not None:
            return f" The input object of {key!r} has this field: {key}={{{found!r}: ...}}."
    return nearest(name, defined)


def positional_hint(
    error: DocumentError, fields: Selectable, given: Collection[str], defined: Mapping[str, GraphQLArgument]
) -> str:
    """Return a sentence for a call whose selection was probably meant to be an argument of the field.

    The sentence comes after a space; it is empty if a selection was meant.

    Args:
        error: the error of the call.
        fields: the selection.
        given: the names of the arguments that were passed.
        defined: the arguments that the field has.
    """
    if fields is None or given or not defined:
        return ""
    missing = [name for name, argument in defined.items() if is_required_argument(argument)]
    is_selection = isinstance(fields, str) and error.line is None
    if is_selection and not missing:
        return ""
    names = ", ".join(f"{name}=" for name in missing or defined)
    return f" Arguments are passed by name: {names}."
