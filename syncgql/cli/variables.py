"""Variables on the command line, converted to the types that the document declares."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click
from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, OperationDefinitionNode, TypeNode

from ..file_var import FileVar
from ..schema.text_file import read_text
from .documents import read_stdin
from .report import print_message

_ASSIGNMENT = re.compile(r"(?P<name>[_A-Za-z]\w*)(?P<sign>:=@|:=|=@|=|@)(?P<value>.*)", re.DOTALL)

UPLOAD = "Upload"
"""The type of a file in the GraphQL multipart request specification; some servers use another name."""

_TRUTHS = {"true": True, "false": False}


class Assignment(NamedTuple):
    """A parsed option ``-v``: ``name=text``, ``name:=json``, ``name@file`` or ``name:=@file``."""

    name: str
    sign: str
    value: str


def parse_assignment(text: str) -> Assignment:
    """Parse the value of an option ``-v``.

    Raises:
        click.UsageError: the value has none of these forms.
    """
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        raise click.UsageError(f"A variable must have the form name=value, name:=json or name@file, not {text!r}.")
    sign = {"=@": "@"}.get(match["sign"], match["sign"])
    return Assignment(match["name"], sign, match["value"])


def read_variables(file: Path | None) -> list[dict[str, Any]]:
    """Return the variables in a JSON file, ``-`` for standard input: one object, or a list of objects for a batch.

    Raises:
        click.UsageError: there is no such file, it is not JSON, or it contains something else.
        OSError: the file cannot be read.
    """
    if file is None:
        return [{}]
    try:
        text = read_stdin() if str(file) == "-" else read_text(file)
    except FileNotFoundError:
        raise click.UsageError(
            f"-V reads a JSON file, and there is no file {str(file)!r}; a single variable is -v name=value."
        ) from None
    value = _json(text, str(file))
    sets = value if isinstance(value, list) else [value]
    if not sets or not all(isinstance(each, dict) for each in sets):
        raise click.UsageError(f"{file} must contain a JSON object with the variables.")
    return sets


def variable_values(
    operation: OperationDefinitionNode, assignments: Iterable[Assignment], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the variables of an operation: those that are *given*, replaced by the *assignments*.

    Text is converted to a number or a boolean if the operation declares ``Int``, ``Float`` or ``Boolean``. For a list,
    each assignment of the name adds an item.

    Raises:
        click.UsageError: the operation has no such variable, a required one is missing, or a value does not fit.
        OSError: a file cannot be read.
    """
    types = {node.variable.name.value: node.type for node in operation.variable_definitions or ()}
    values: dict[str, Any] = dict(given)
    assigned: dict[str, list[Any]] = {}
    for assignment in assignments:
        if assignment.name not in types:
            raise _unknown(assignment.name, types)
        assigned.setdefault(assignment.name, []).append(_value(assignment, types[assignment.name]))
    for name, found in assigned.items():
        if not _is_list(types[name]) and len(found) > 1:
            raise click.UsageError(f"${name} is not a list, but was given {len(found)} times.")
        values[name] = found[0] if len(found) == 1 else [item for each in found for item in _items(each)]
    for node in operation.variable_definitions or ():
        name = node.variable.name.value
        if name not in values and isinstance(node.type, NonNullTypeNode) and node.default_value is None:
            raise click.UsageError(f"The operation requires ${name}; pass -v {name}=...")
    return values


def _value(assignment: Assignment, declared: TypeNode) -> Any:
    name, sign, text = assignment
    if sign == ":=":
        return _json(text, f"${name}")
    if sign == ":=@":
        return _json(_text_of_file(text), f"${name}")
    scalar = _named_type(declared)
    if sign == "@" and scalar not in _SCALARS:
        # Upload, or the name that the server uses.
        value: Any = FileVar(sys.stdin.buffer, filename="stdin") if text == "-" else FileVar(_existing(text))
    elif scalar == UPLOAD:
        raise click.UsageError(f"${name} has the type {UPLOAD}, which is a file: pass -v {name}@FILE.")
    else:
        if sign == "=" and scalar not in _SCALARS and _is_json_object(text):
            print_message(f"${name} is sent as text; to send the object, write -v '{name}:=...'.")
        content = _text_of_file(text) if sign == "@" else text
        try:
            value = _SCALARS.get(scalar, str)(content)
        except (KeyError, ValueError) as error:
            raise click.UsageError(
                f"${name} has the type {scalar}, but {content!r} is not a valid {scalar}."
            ) from error
    return [value] if _is_list(declared) else value


def _boolean(text: str) -> bool:
    return _TRUTHS[text.strip().lower()]


_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "String": str,
    "ID": str,
    "Int": int,
    "Float": float,
    "Boolean": _boolean,
}
"""The scalars of the specification, with their parsers. Without a schema, other types are unknown."""


def _is_list(declared: TypeNode) -> bool:
    return isinstance(declared.type if isinstance(declared, NonNullTypeNode) else declared, ListTypeNode)


def _named_type(declared: TypeNode) -> str:
    while isinstance(declared, NonNullTypeNode | ListTypeNode):
        declared = declared.type
    return declared.name.value if isinstance(declared, NamedTypeNode) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text_of_file(path: str) -> str:
    return read_stdin() if path == "-" else read_text(Path(path))


def _existing(path: str) -> str:
    """Return the path after checking that the file can be opened; otherwise, only sending the upload would fail."""
    with open(path, "rb"):
        return path


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"{where} is not JSON: {error}") from error


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _unknown(name: str, types: Mapping[str, TypeNode]) -> click.UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, types, 1)
    hint = f" Did you mean ${near[0]}?" if near else f" It has: {', '.join(f'${each}' for each in types) or 'none'}."
    return click.UsageError(f"The operation has no variable ${name}.{hint}")
