"""Groups of options that several commands share; a command receives their values as one object."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def option_group(kind: type[Any], parameter: str, options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options to a command.

    Args:
        kind: a dataclass with a field for each option, of the same name.
        parameter: the parameter of the command that receives the object.
        options: return values of ``click.option`` and ``click.argument``.
    """
    names = [each.name for each in fields(kind)]

    def decorate(command: Command) -> Command:
        # click passes a value for each option, by name.
        @functools.wraps(command)
        def with_group(**values: Any) -> Any:
            values[parameter] = kind(*(values.pop(name) for name in names))
            return command(**values)

        decorated: Command = with_group
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
