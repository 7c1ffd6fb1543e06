"""Decorators of classes with options: errors for options that are assigned later, and hints for unknown ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .argument_hints import Places

OPTIONS: Mapping[str, str] = {
    "headers": "pass a function as headers=, which is called for each request and connection",
    "auth": "pass a TokenAuth as auth=, or a function as headers=",
    "init_payload": "pass a function as init_payload=, which is called for each connection",
    "session": "pass a function that creates one as session=",
    **dict.fromkeys(("timeout", "execute_timeout", "default_timeout"), "pass timeout= to the call"),
}
"""How to change an option of an existing object, where a program for gql assigns an attribute."""

KindT = TypeVar("KindT", bound=type)

_ABSENT = object()


def fixed_options(attributes: Mapping[str, str] | None = None) -> Callable[[KindT], KindT]:
    """Return a class decorator that makes the assignment of an option raise an error.

    gql reads its attributes for each request, but here, a new value would have no effect, and for example the old token
    would still be sent. A subclass may assign attributes with other names, and those that its class body defines.
    Reading an option that is not an attribute, or an attribute that only gql has, raises an error with a hint.

    This is not part of a base class, because those of transports are public and must not restrict other subclasses, and
    because type checkers accept any attribute of a class that declares ``__getattr__`` and ``__setattr__``.

    Args:
        attributes: attributes that only gql has, each with its replacement.
    """
    hints = {**OPTIONS, **(attributes or {})}

    def decorate(kind: KindT) -> KindT:
        fixed = OPTIONS.keys() | _options_of(kind)
        assign: Any = kind.__setattr__

        def set_attribute(self: object, name: str, value: object) -> None:
            if name in fixed and getattr(type(self), name, _ABSENT) is getattr(kind, name, _ABSENT):
                owner = type(self).__name__
                hint = OPTIONS.get(name, f"create another {owner} with {name}=")
                if type(self).__init__ is not kind.__init__:  # type: ignore[misc]
                    hint += "; or choose another name for an attribute of the subclass"
                raise AttributeError(f"{owner}.{name} cannot be assigned; {hint}.")
            assign(self, name, value)

        def missing_attribute(self: object, name: str) -> object:
            if name in hints:
                message = f"{type(self).__name__!r} object has no attribute {name!r}; {hints[name]}."
                raise AttributeError(message, name=name, obj=self)
            # Python also calls this method if a property raised AttributeError, for example in a user's function, and
            # drops that error. A second lookup raises it again, or Python's own error.
            return object.__getattribute__(self, name)

        for name, method in (("__setattr__", set_attribute), ("__getattr__", missing_attribute)):
            setattr(kind, name, method)
        return kind

    return decorate


def suggests_arguments(places: Callable[[], Places] = tuple) -> Callable[[KindT], KindT]:
    """Return a decorator of classes that adds a hint to the ``TypeError`` for an unknown keyword argument.

    The client's methods have a parameter ``**unknown`` instead, which the ``__init__`` of a dataclass cannot have.

    Args:
        places: returns functions to search for the argument; called only if there is an error.
    """

    def decorate(kind: KindT) -> KindT:
        initialize = kind.__init__  # type: ignore[misc]  # the class that is decorated, not that of an instance

        @functools.wraps(initialize)
        def __init__(self: object, *positional: Any, **named: Any) -> None:  # noqa: N807
            try:
                initialize(self, *positional, **named)
            except TypeError as error:
                # An error that was raised inside has the frame of the function, too.
                if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                    from .argument_hints import parameters, unknown_argument

                    unknown = [name for name in named if name not in parameters(initialize)]
                    if unknown:
                        error.args = unknown_argument(kind, unknown, places()).args
                raise

        setattr(kind, "__init__", __init__)  # noqa: B010 - type checkers forbid the assignment
        return kind

    return decorate


def _options_of(kind: type) -> set[str]:
    """Return the parameters of a class that are not attributes of it, or are only properties."""
    code = vars(kind)["__init__"].__code__
    parameters = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return {name for name in parameters if not hasattr(kind, name) or isinstance(getattr(kind, name), property)}
