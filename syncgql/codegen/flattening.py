"""Moves nested classes to the top level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .definitions import ObjectClass, TypeRef
from .python_names import Names


def flattened(outer: ObjectClass, names: Names) -> list[ObjectClass]:
    """Return a class and its nested classes, each with a path of one name: ``Data``, ``DataBook``, ``DataBookAuthor``.

    Args:
        outer: the class, which keeps its name.
        names: the names that are already in use.
    """
    found = list(_below(outer, outer.name))
    paths = {outer.path: outer.name} | {definition.path: names.new(name) for definition, name in found}
    return [_renamed(definition, paths) for definition in [outer, *(nested for nested, _ in found)]]


def _below(owner: ObjectClass, name: str) -> Iterator[tuple[ObjectClass, str]]:
    for definition in owner.classes:
        joined = f"{name}{definition.name}"
        yield definition, joined
        yield from _below(definition, joined)


def _renamed(definition: ObjectClass, paths: Mapping[str, str]) -> ObjectClass:
    name = paths[definition.path]
    fields = [replace(field, ref=_ref(field.ref, paths)) for field in definition.fields]
    return replace(definition, name=name, path=name, fields=fields, classes=[], unions=[])


def _ref(ref: TypeRef, paths: Mapping[str, str]) -> TypeRef:
    if ref.item is not None:
        return replace(ref, item=_ref(ref.item, paths))
    if ref.union is not None:
        members = [(types, paths[path]) for types, path in ref.union.members]
        return replace(ref, union=replace(ref.union, members=members, other=paths[ref.union.other]))
    return replace(ref, annotation=paths.get(ref.annotation, ref.annotation))
