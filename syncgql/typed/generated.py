"""The base classes and functions of code written by ``syncgql codegen``: models, inputs, enums, requests, decoders.

Generated decoders do not track their position. If a value does not match its type, ``refuse`` finds it: attributes are
assigned in order, so the first missing attribute belongs to the field; and all earlier items of a list matched, so
the first identical item is the right one. In nested lists, only some of several identical values may be wrong, such as
null if only the outer list allows it; there, the level of the list decides.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar, cast

from ..records import Variables
from ..request import UNSET, GraphQLRequest
from .mismatch import Mismatch, Missing
from .names import TYPENAME
from .request import ResultT_co, TypedRequest
from .scalars import decode_float

__all__ = [
    "DECODE_ERRORS",
    "Enumeration",
    "GeneratedRequest",
    "Input",
    "Model",
    "decode_items",
    "items",
    "items_of",
    "new",
    "parsed",
    "read_float",
    "refuse",
    "typename_of",
    "variables",
    "written",
    "wrong",
]

ValueT = TypeVar("ValueT")

DECODE_ERRORS = (Mismatch, KeyError, TypeError)
"""The exceptions in generated decoders: a ``Mismatch``, a missing key, and a value that is not an object."""

NO_NESTED_LISTS: Mapping[str, tuple[bool, ...]] = {}

LIST = "a list"
"""What a ``Mismatch`` expects for a value that is not a list where one was expected."""

ONE_LIST = (False, False)
"""The levels of a field without nested lists. A null that is allowed never reaches ``refuse`` there."""

new = object.__new__
"""Creates an object without calling its constructor."""


class Model:
    """Base class of the objects in results."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__match_args__)

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__qualname__}({members})"


class Input(Model):
    """Base class of input objects. Members that are ``UNSET`` are not sent."""

    __slots__ = ()

    def to_data(self) -> dict[str, Any]:
        """Return the members in the form in which they are sent."""
        raise NotImplementedError

    def check_one_of(self) -> None:
        """Check that exactly one member of a ``@oneOf`` input is given, and that its value is not None.

        Raises:
            TypeError: no member or more than one is given, or the value is None.
        """
        given = {name: value for name in self.__match_args__ if (value := getattr(self, name)) is not UNSET}
        if len(given) != 1 or None in given.values():
            names = ", ".join(self.__match_args__)
            raise TypeError(
                f"{type(self).__name__} needs exactly one of {names}, not None; got {', '.join(given) or 'none'}."
            )


class Enumeration(str, enum.Enum):
    """Base class of enums. A value that is not in the schema becomes a member that is not listed."""

    @property
    def is_unknown(self) -> bool:
        """Whether the value is missing from the schema that the code was generated from."""
        return self.name not in type(self).__members__

    @classmethod
    def _missing_(cls, value: object) -> Enumeration | None:
        if not isinstance(value, str):
            message = f"{value!r} is not a valid {cls.__qualname__}"  # that of enum.Enum
            raise Mismatch(f"a member of {cls.__name__}", value, message)
        # The member is not stored, so that a server cannot fill the memory with values.
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    def __reduce_ex__(self, protocol: Any) -> tuple[type[Enumeration], tuple[str]]:
        # By value: early releases of Python 3.11 pickle by name, and a member that is not listed has no name.
        return type(self), (self.value,)

    __str__ = str.__str__


class GeneratedRequest(TypedRequest[ResultT_co]):
    """Base class of operations; an instance is a request with its variables, and ``TEXT`` of the class is its document.

    Args:
        text: the document, including the fragments that it uses.
        result_type: the class of the data.
        variable_values: the values of the variables.
        operation_name: the name of the operation.
    """

    __slots__ = ()

    TEXT: ClassVar[str]

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _: Any) -> type[GeneratedRequest[Any]]:
            # Only type checkers need the parameter; the class that Generic creates for it would take a third of the
            # import time.
            return cls

    def __init__(
        self, text: str, result_type: type[ResultT_co], variable_values: Mapping[str, Any], operation_name: str
    ) -> None:
        GraphQLRequest.__init__(self, text, variable_values, operation_name)
        object.__setattr__(self, "result_type", result_type)

    def decode(self, data: Any) -> ResultT_co:
        try:
            result: ResultT_co = cast(Any, self.result_type).from_data(data)
        except Mismatch as mismatch:
            raise mismatch.result_error(self.result_type.__qualname__) from mismatch.__cause__
        return result

    def replaced(
        self,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> GeneratedRequest[ResultT_co]:
        return _restored(type(self), GraphQLRequest(self, variable_values, operation_name, extensions))

    def __reduce__(self) -> tuple[Any, ...]:
        request = GraphQLRequest(self._text, self.variable_values, self.operation_name, self.extensions)
        return _restored, (type(self), request)


def _restored(kind: type[GeneratedRequest[Any]], request: GraphQLRequest) -> GeneratedRequest[Any]:
    restored = object.__new__(kind)
    GraphQLRequest.__init__(restored, request)
    object.__setattr__(restored, "result_type", cast(Any, kind).Data)
    return restored


def wrong(expected: str, value: Any) -> NoReturn:
    """Refuse a value that is not of the expected type."""
    raise Mismatch(expected, value)


def items(value: Any) -> list[Any]:
    """Return the items of a list."""
    if type(value) is list:
        return value
    raise Mismatch(LIST, value)


def decode_items(decode: Callable[[Any], ValueT], value: Any) -> list[ValueT]:
    """Return the decoded items of a list."""
    return [decode(item) for item in items(value)]


def items_of(value: Any, kind: type, nullable: bool = False) -> list[Any]:
    """Return a list whose items need no conversion, after a check that each is of the type, or None if *nullable*.

    It is the received list itself: creating another one takes longer than the check.
    """
    if type(value) is not list:
        raise Mismatch(LIST, value)
    for item in value:
        if type(item) is not kind and (item is not None or not nullable):
            raise Mismatch(kind.__name__, item)
    return value


def read_float(value: Any) -> float:
    """Return a number."""
    return decode_float(value)


def parsed(parse: Callable[[Any], ValueT], name: str, value: Any) -> ValueT:
    """Convert a custom scalar with the user's function."""
    try:
        return parse(value)
    except Mismatch:
        raise
    except Exception as error:
        raise Mismatch(name, value) from error


def typename_of(data: Any) -> str:
    """Return the ``__typename`` of an object."""
    if type(data) is not dict:
        raise Mismatch("an object", data)
    name = data.get(TYPENAME, Missing)
    if isinstance(name, str):
        return name
    mismatch = Mismatch("str", name)
    mismatch.steps.append(TYPENAME)
    mismatch.inside = data
    raise mismatch


def refuse(
    error: Exception, data: Any, model: Model, keys: list[str], nested: Mapping[str, tuple[bool, ...]] = NO_NESTED_LISTS
) -> NoReturn:
    """Raise a ``Mismatch`` for an error in a field of an object: the first field whose attribute the *model* lacks.

    Args:
        error: one of ``DECODE_ERRORS``.
        data: the object in the response.
        model: the object that was to be decoded.
        keys: the response keys of its fields.
        nested: for each field with nested lists, whether null is allowed: for the field, the items of its list, and the
            items of each inner list.
    """
    if type(data) is not dict:
        raise Mismatch("an object", data) from None
    missing = (key for name, key in zip(model.__match_args__, keys, strict=True) if not hasattr(model, name))
    at = next(missing, keys[-1])
    if isinstance(error, Mismatch):
        mismatch = error
        at_list = mismatch.expected == LIST and not mismatch.steps
        wrong = Missing if at_list else mismatch.inside
        mismatch.steps.extend(_steps(data.get(at), wrong, nested.get(at, ONE_LIST)) or ())
    else:
        mismatch = Mismatch("a value", Missing)
    mismatch.steps.append(at)
    mismatch.inside = data
    raise mismatch


def _steps(value: Any, wrong: Any, nullable: tuple[bool, ...]) -> list[str | int] | None:
    """Return the path of the first value in nested lists that does not match, last step first; None if all match.

    Args:
        value: the outer list.
        wrong: the item of an innermost list that does not match; ``Missing`` if a list was expected in its place.
        nullable: whether null is allowed: for the outer list, for its items, and so on.
    """
    if value is None and nullable[0]:
        return None
    if len(nullable) == 1:
        return [] if value is wrong else None
    if not isinstance(value, list):
        return []
    for index, item in enumerate(value):
        steps = _steps(item, wrong, nullable[1:])
        if steps is not None:
            return [*steps, index]
    return None


def variables(values: dict[str, Any]) -> dict[str, Any]:
    """Return the variables that are not ``UNSET``."""
    return {name: value for name, value in values.items() if value is not UNSET}


def written(value: Any, serialize: Callable[[Any], Any] | None = None) -> Any:
    """Return the value of a variable as it is sent: input objects as dicts, custom scalars converted by *serialize*."""
    if value is None or value is UNSET:
        return value
    if isinstance(value, Input):
        return value.to_data()
    if isinstance(value, list | tuple):
        return [written(item, serialize) for item in value]
    return value if serialize is None else serialize(value)
