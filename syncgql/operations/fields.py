"""Selections as Python values: Fields, and the parts of selections: Field, InlineFragment and Fragment.

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
from .directive import NAME, Directive, call_text, checked_directives, checked_name
from .parsed_selection import ParsedFragment, ParsedSelection
from .schema_selection import RECURSION, Automatic, OfClass, SchemaSelection, is_result_type

__all__ = ["Field", "Fields", "Fragment", "InlineFragment", "Selectable", "Selection"]

Selection: TypeAlias = "Field | InlineFragment | Fragment | SchemaSelection"
Selectable: TypeAlias = Any
"""A selection: a name, dotted names, GraphQL text, Fields, Field, InlineFragment, Fragment, Automatic, a mapping of
names to selections, or a list of any of these.
"""

DOTTED = re.compile(rf"{NAME.pattern}(\.{NAME.pattern})+")
CONDITION = re.compile(rf"\.\.\.\s*on\s+({NAME.pattern})")


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
        self.name = checked_name(name)
        self.alias = None if alias is None or alias == name else checked_name(alias)
        self.directives = checked_directives(directives)
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
        changed.alias = None if alias == self.name else checked_name(alias)
        return changed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Field):
            return NotImplemented
        return self.is_like(other) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((self.name, self.alias, frozenset(self.arguments), self.directives, self.fields))

    def __repr__(self) -> str:
        options = {"alias": self.alias, "directives": list(self.directives), "fields": self.fields}
        return call_text(
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
        self.type_condition = checked_name(type_condition)
        self.directives = checked_directives(directives)
        self.fields = None if fields is None else Fields(fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InlineFragment):
            return NotImplemented
        return self.is_like(other) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((self.type_condition, self.directives, self.fields))

    def __repr__(self) -> str:
        options = {"directives": list(self.directives), "fields": self.fields}
        return call_text("InlineFragment", self.type_condition, {key: value for key, value in options.items() if value})

    def with_fields(self, fields: Fields | None) -> InlineFragment:
        """Return the same fragment with another selection."""
        changed = copy.copy(self)
        changed.fields = fields
        return changed

    def is_like(self, other: InlineFragment) -> bool:
        """Return whether both have the same condition and directives, apart from the fields that they select."""
        return (self.type_condition, self.directives) == (other.type_condition, other.directives)


class Fragment:
    """A named fragment: ``Fragment("BookParts", on="Book", fields="title author { name }")``.

    It is a selection like any other. The document defines it once, however often it is used.

    Args:
        name: the name of the fragment.
        on: the name of an object, interface or union type.
        fields: the fields to select; by default, the leaves are selected automatically.
        directives: directives where the fragment is used.

    Raises:
        DocumentError: a name is not valid, or *fields* is not a selection.
    """

    __slots__ = ("directives", "fields", "name", "on")

    def __init__(
        self, name: str, /, *, on: str, fields: Selectable = None, directives: Iterable[Directive] = ()
    ) -> None:
        if name == "on":
            raise DocumentError("A fragment cannot have the name 'on'.")
        self.name = checked_name(name)
        self.on = checked_name(on)
        self.directives = checked_directives(directives)
        self.fields = None if fields is None else Fields(fields)

    def with_directives(self, *directives: Directive) -> Fragment:
        """Return the same fragment with other directives where it is used."""
        changed = copy.copy(self)
        changed.directives = checked_directives(directives)
        return changed

    def defines_same(self, other: Fragment) -> bool:
        """Return whether both have the same definition; their directives may differ."""
        return (self.on, self.fields) == (other.on, other.fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fragment):
            return NotImplemented
        return (self.name, self.directives) == (other.name, other.directives) and self.defines_same(other)

    def __hash__(self) -> int:
        return hash((self.name, self.on, self.directives, self.fields))

    def __repr__(self) -> str:
        options = {"on": self.on, "fields": self.fields, "directives": list(self.directives)}
        return call_text("Fragment", self.name, {key: value for key, value in options.items() if value})


class Fields:
    """A set of fields: ``Fields("title", "author.name", reviews=Fields("stars"))``.

    Selections can be added (``BOOK + "year"``), subtracted (``BOOK - "author.born"``) and searched by path
    (``"author.name" in BOOK``). They compare equal regardless of the order of their fields.

    Args:
        selections: names, dotted names, GraphQL text (``"title author { name }"``), Field, InlineFragment, Fragment,
            Automatic, Fields, classes as for ``Fields.of``, lists of these, or mappings like *nested*.
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

    @classmethod
    def of(cls, kind: Any, *, depth: int = RECURSION) -> Fields:
        """Return the selection that a class needs: ``Fields.of(Book)``.

        Fields of the class that are classes themselves are selected with their fields. For a union of classes, each
        class gets an inline fragment on the type of the same name, or on the types in the ``Literal`` that annotates
        its field ``__typename``. A field ``published_at`` selects ``publishedAt`` if the schema has it. Add fields that
        need arguments explicitly: ``Fields.of(Book) + Field("reviews", first=5)``.

        Args:
            kind: a dataclass, ``TypedDict``, ``NamedTuple``, attrs class, ``msgspec.Struct`` or pydantic model; or a
                list or union of these.
            depth: for a class that contains itself, the number of levels to select, including the outermost; 2 by
                default. On the last level, the field gets its default.

        Raises:
            DocumentError: *kind* is something else, or *depth* is less than 1.
        """
        return cls(OfClass(kind, depth))

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

    def __sub__(self, other: Selectable) -> Fields:
        left = self.selections
        for removed in Fields(other):
            left = _without(left, removed)
        return Fields(left)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fields):
            return NotImplemented
        return len(self) == len(other) and set(self.selections) == set(other.selections)

    def __hash__(self) -> int:
        return hash(frozenset(self.selections))

    def __repr__(self) -> str:
        return f"Fields({', '.join(map(_shown, self.selections))})"


def _selections(selectable: Selectable) -> Iterator[Selection]:
    if isinstance(selectable, (Field, InlineFragment, Fragment, SchemaSelection)):
        yield selectable
    elif isinstance(selectable, Fields):
        yield from selectable.selections
    elif is_result_type(selectable):
        yield OfClass(selectable, RECURSION)
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
            f"{type(selectable).__name__} is not a selection; pass names, GraphQL text, Fields, Field, a list or a "
            "dict."
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
        return one.with_fields(_both(one.fields, other.fields))
    if isinstance(one, Automatic) and isinstance(other, Automatic):
        return one.joined(other)
    return one if one == other else None


def _both(one: Fields | None, other: Fields | None) -> Fields | None:
    return one + other if one is not None and other is not None else one or other


def _shown(one: Selection) -> str:
    return repr(one.name) if isinstance(one, Field) and one == Field(one.name) else repr(one)


def _without(selections: Iterable[Selection], removed: Selection) -> tuple[Selection, ...]:
    """Return the selections without what *removed* selects.

    Raises:
        DocumentError: none of them selects it.
    """
    left: list[Selection] = []
    found = False
    for one in selections:
        if isinstance(one, SchemaSelection) and one != removed:
            found = True
            left.append(one.excluding(removed))
        elif _address(one) != _address(removed):
            left.append(one)
        else:
            found = True
            left += _remainder(one, removed)
    if not found:
        raise _not_selected(selections, removed)
    return tuple(left)


def _address(one: Selection) -> object:
    """Return the identity of a selection: the key of a field, or the type or name of a fragment."""
    if isinstance(one, Field):
        return one.key
    if isinstance(one, InlineFragment):
        return "...", one.type_condition
    return ("...", one.name, one.on) if isinstance(one, Fragment) else one


def _remainder(one: Selection, removed: Selection) -> Iterator[Selection]:
    """Yield the rest of a selection; nothing if the selection or all of its fields are removed."""
    if isinstance(one, (Field, InlineFragment)) and isinstance(removed, (Field, InlineFragment)) and removed.fields:
        rest = (Fields(Automatic(1)) if one.fields is None else one.fields) - removed.fields
        if rest:
            yield one.with_fields(rest)


def _not_selected(selections: Iterable[Selection], removed: Selection) -> DocumentError:
    from ..schema.names import nearest  # imported late: it loads graphql-core

    keys = [one.key for one in selections if isinstance(one, Field)]
    near = nearest(removed.key, keys) if isinstance(removed, Field) else ""
    return DocumentError(f"{_shown(removed)} cannot be subtracted, because it is not selected.{near}")
