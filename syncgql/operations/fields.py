"""Selections as Python values: Fields, Field, InlineFragment, Directive and Automatic.

All of them are immutable, compare by value and may be stored at module level::

    AUTHOR = Fields("name", "born")
    BOOK = Fields("title", author=AUTHOR) + Field("reviews", first=5, fields="stars text")
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ..bounded_cache import BYTES_PER_CHARACTER, cached
from ..exceptions import DocumentError
from .parsed_selection import ParsedFragment, ParsedSelection

__all__ = ["Automatic", "Directive", "Field", "Fields", "InlineFragment", "Selectable", "Selection"]

Selection: TypeAlias = "Field | InlineFragment | Automatic"
Selectable: TypeAlias = Any
"""A selection: a name, dotted names, GraphQL text, Fields, Field, InlineFragment, Automatic, a mapping of names to
selections, or a list of any of these.
"""

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
DOTTED = re.compile(rf"{NAME.pattern}(\.{NAME.pattern})+")
CONDITION = re.compile(rf"\.\.\.\s*on\s+({NAME.pattern})")


class Directive:
    """A directive such as ``@include``: ``Directive("include", **{"if": True})``.

    Args:
        name: the name, with or without the ``@``.
        arguments: the arguments, which become variables; a trailing underscore is ignored, so ``if_=True`` passes
            ``if``.

    Raises:
        DocumentError: *name* is not a valid name.
    """

    __slots__ = ("arguments", "name")

    def __init__(self, name: str, /, **arguments: Any) -> None:
        self.name = _checked(name.removeprefix("@"))
        self.arguments = arguments

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Directive):
            return NotImplemented
        return (self.name, self.arguments) == (other.name, other.arguments)

    def __hash__(self) -> int:
        # Values may be lists and dicts, which are not hashable, so only the names of the arguments are hashed.
        return hash((self.name, frozenset(self.arguments)))

    def __repr__(self) -> str:
        return _call("Directive", self.name, self.arguments)


class Field:
    """One field: ``Field("repositories", first=5, alias="latest", fields="name url")``.

    Args:
        name: the field's name in the schema.
        alias: the key of the value in the result.
        directives: for example ``[Directive("include", if_=wanted)]``.
        fields: the fields to select if the value is an object; by default, its leaves are selected automatically.
        arguments: the field's arguments, which become variables. Names are looked up without underscores, so an
            argument named ``alias`` is passed as ``alias_``.

    Raises:
        DocumentError: a name is not valid, or *fields* is not a selection.
    """

    __slots__ = ("alias", "arguments", "directives", "fields", "name")

    def __init__(
        self,
        name: str,
        /,
        *,
        alias: str | None = None,
        directives: Iterable[Directive] = (),
        fields: Selectable = None,
        **arguments: Any,
    ) -> None:
        self.name = _checked(name)
        self.alias = None if alias is None or alias == name else _checked(alias)
        self.directives = _directives(directives)
        self.fields = None if fields is None else Fields(fields)
        self.arguments = arguments

    @property
    def key(self) -> str:
        """The key of the field's value in the result."""
        return self.alias or self.name

    def with_arguments(self, arguments: Mapping[str, Any]) -> Field:
        """Return the same field with other arguments, which may have any names."""
        changed = copy.copy(self)
        changed.arguments = dict(arguments)
        return changed

    def with_fields(self, fields: Fields | None) -> Field:
        """Return the same field with another selection."""
        changed = copy.copy(self)
        changed.fields = fields
        return changed

    def with_alias(self, alias: str) -> Field:
        """Return the same field under another key."""
        changed = copy.copy(self)
        changed.alias = None if alias == self.name else _checked(alias)
        return changed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Field):
            return NotImplemented
        return self.is_like(other) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((self.name, self.alias, frozenset(self.arguments), self.directives, self.fields))

    def __repr__(self) -> str:
        options = {"alias": self.alias, "directives": list(self.directives), "fields": self.fields}
        return _call(
            "Field", self.name, {**self.arguments, **{name: value for name, value in options.items() if value}}
        )

    def is_like(self, other: Field) -> bool:
        """Return whether both request the same value, apart from the fields that they select from it."""
        mine = (self.name, self.alias, self.arguments, self.directives)
        return mine == (other.name, other.alias, other.arguments, other.directives)


class InlineFragment:
    """A selection for objects of one type: ``InlineFragment("Book", fields="title")``.

    Args:
        type_condition: the name of an object, interface or union type.
        fields: the fields to select; by default, the leaves are selected automatically.
        directives: directives on the fragment.

    Raises:
        DocumentError: a name is not valid, or *fields* is not a selection.
    """

    __slots__ = ("directives", "fields", "type_condition")

    def __init__(
        self, type_condition: str, /, *, fields: Selectable = None, directives: Iterable[Directive] = ()
    ) -> None:
        self.type_condition = _checked(type_condition)
        self.directives = _directives(directives)
        self.fields = None if fields is None else Fields(fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InlineFragment):
            return NotImplemented
        return self.is_like(other) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((self.type_condition, self.directives, self.fields))

    def __repr__(self) -> str:
        options = {"directives": list(self.directives), "fields": self.fields}
        return _call("InlineFragment", self.type_condition, {key: value for key, value in options.items() if value})

    def is_like(self, other: InlineFragment) -> bool:
        """Return whether both have the same condition and directives, apart from the fields that they select."""
        return (self.type_condition, self.directives) == (other.type_condition, other.directives)


class Automatic:
    """All leaves of a type according to the schema: ``Fields(Automatic(), Field("reviews", first=5))``.

    Selects scalars and enums, and objects without arguments down to *depth*; deprecated fields and fields with a
    required argument are omitted. Interfaces and unions get ``__typename`` and a fragment per type.

    Args:
        depth: 1 for the leaves of the type itself; 2, the default, to include those of its objects; and so on.

    Raises:
        DocumentError: *depth* is less than 1.
    """

    __slots__ = ("depth",)

    def __init__(self, depth: int = 2) -> None:
        if depth < 1:
            raise DocumentError("The depth of Automatic must be at least 1, the leaves of the type itself.")
        self.depth = depth

    def __eq__(self, other: object) -> bool:
        return self.depth == other.depth if isinstance(other, Automatic) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.depth)

    def __repr__(self) -> str:
        return f"Automatic(depth={self.depth})"


class Fields:
    """A set of fields: ``Fields("title", "author.name", reviews=Fields("stars"))``.

    Selections can be added (``BOOK + "year"``) and searched by path (``"author.name" in BOOK``). They compare equal
    regardless of the order of their fields.

    Args:
        selections: names, dotted names, GraphQL text (``"title author { name }"``), Field, InlineFragment, Automatic,
            Fields, lists of these, or mappings like *nested*.
        nested: fields with their selections; a ``Field`` with another name gets the keyword as its alias. In a mapping,
            ``True`` selects a field, ``False`` omits it, and ``"... on Book"`` is an inline fragment.

    Raises:
        DocumentError: an argument is not a selection, or GraphQL text has a syntax error.
    """

    __slots__ = ("selections",)

    selections: tuple[Selection, ...]

    def __init__(self, *selections: Selectable, **nested: Selectable) -> None:
        found = [one for selectable in (*selections, nested) for one in _selections(selectable)]
        self.selections = _merged(found)

    def __iter__(self) -> Iterator[Selection]:
        return iter(self.selections)

    def __len__(self) -> int:
        return len(self.selections)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, str):
            return item in self.selections
        key, _, rest = item.partition(".")
        return any(
            isinstance(one, Field) and one.key == key and (not rest or (one.fields is not None and rest in one.fields))
            for one in self.selections
        )

    def __add__(self, other: Selectable) -> Fields:
        return Fields(self, other)

    def __radd__(self, other: Selectable) -> Fields:
        return Fields(other, self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fields):
            return NotImplemented
        return len(self) == len(other) and set(self.selections) == set(other.selections)

    def __hash__(self) -> int:
        return hash(frozenset(self.selections))

    def __repr__(self) -> str:
        return f"Fields({', '.join(map(_shown, self.selections))})"


def _selections(selectable: Selectable) -> Iterator[Selection]:
    if isinstance(selectable, (Field, InlineFragment, Automatic)):
        yield selectable
    elif isinstance(selectable, Fields):
        yield from selectable.selections
    elif isinstance(selectable, str):
        yield from _from_text(selectable)
    elif isinstance(selectable, Mapping):
        for key, value in selectable.items():
            yield from _from_member(key, value)
    elif isinstance(selectable, Iterable) and not isinstance(selectable, (bytes, set, frozenset)):
        for one in selectable:
            yield from _selections(one)
    else:
        raise DocumentError(
            f"{type(selectable).__name__} is no selection; give names, GraphQL text, Fields, Field, a list or a dict."
        )


def _from_text(text: str) -> Iterable[Selection]:
    if NAME.fullmatch(text):
        return [Field(text)]
    if not text or text.isspace():
        raise DocumentError("The selection is empty; pass names of fields, or omit it to select fields automatically.")
    if DOTTED.fullmatch(text):
        name, _, rest = text.partition(".")
        return [Field(name, fields=rest)]
    return _parsed(text)


@cached(lambda text, selections: len(text) * BYTES_PER_CHARACTER)
def _parsed(text: str) -> tuple[Selection, ...]:
    """Return the selections in GraphQL *text*; the values of arguments are nodes of graphql-core."""
    from .selection_text import parse_selection  # imported late: it loads graphql-core

    return tuple(map(_selection, parse_selection(text)))


def _selection(parsed: ParsedSelection) -> Selection:
    directives = [Directive(directive.name, **directive.arguments) for directive in parsed.directives]
    fields = None if parsed.selections is None else list(map(_selection, parsed.selections))
    if isinstance(parsed, ParsedFragment):
        return InlineFragment(parsed.type_condition, fields=fields, directives=directives)
    return Field(parsed.name, alias=parsed.alias, directives=directives, fields=fields).with_arguments(parsed.arguments)


def _from_member(key: object, value: Selectable) -> Iterator[Selection]:
    if not isinstance(key, str):
        raise DocumentError(f"The keys of a mapping of fields must be names, not {type(key).__name__}.")
    if value is False:
        return
    condition = CONDITION.fullmatch(key)
    nested = None if value is True else value
    if condition:
        yield InlineFragment(condition[1], fields=nested)
    elif DOTTED.fullmatch(key):
        name, _, rest = key.partition(".")
        yield Field(name, fields={rest: value})
    elif isinstance(value, Field):
        yield value if value.key == key else value.with_alias(key)
    else:
        yield Field(key, fields=nested)


def _merged(selections: Iterable[Selection]) -> tuple[Selection, ...]:
    """Merge selections of the same value, in the order of their first appearance."""
    merged: list[Selection] = []
    for one in selections:
        for index, earlier in enumerate(merged):
            joined = _joined(earlier, one)
            if joined is not None:
                merged[index] = joined
                break
        else:
            merged.append(one)
    return tuple(merged)


def _joined(one: Selection, other: Selection) -> Selection | None:
    if isinstance(one, Field) and isinstance(other, Field) and one.is_like(other):
        return one.with_fields(_both(one.fields, other.fields))
    if isinstance(one, InlineFragment) and isinstance(other, InlineFragment) and one.is_like(other):
        fields = _both(one.fields, other.fields)
        return InlineFragment(one.type_condition, fields=fields, directives=one.directives)
    if isinstance(one, Automatic) and isinstance(other, Automatic):
        return max(one, other, key=lambda automatic: automatic.depth)
    return None


def _both(one: Fields | None, other: Fields | None) -> Fields | None:
    return one + other if one is not None and other is not None else one or other


def _shown(one: Selection) -> str:
    return repr(one.name) if isinstance(one, Field) and one == Field(one.name) else repr(one)


def _checked(name: object) -> str:
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    raise DocumentError(f"{name!r} is no GraphQL name: letters, digits and underscores, not starting with a digit.")


def _directives(directives: Iterable[Directive]) -> tuple[Directive, ...]:
    directives = (directives,) if isinstance(directives, Directive) else tuple(directives)
    for directive in directives:
        if not isinstance(directive, Directive):
            raise DocumentError(f"directives must be Directive objects, not {type(directive).__name__}.")
    return directives


def _call(function: str, name: str, keywords: Mapping[str, Any]) -> str:
    return f"{function}({', '.join([repr(name), *(f'{key}={value!r}' for key, value in keywords.items())])})"
