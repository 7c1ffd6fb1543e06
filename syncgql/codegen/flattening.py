"""Moves nested classes to the top level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .python_names import Names
from .shapes import Class, Ref


def flattened(whole: Class, prefix: str, names: Names) -> list[Class]:
    """Return a class and its nested classes, each with a path of one name: ``Data``, ``Book`` and ``BookAuthor``.

    Args:
        whole: the class, which keeps its name.
        prefix: the prefix of the new paths.
        names: the names that are already in use.
    """
    found = list(_below(whole, "" if whole.name == "Data" else whole.name))
    paths = {whole.path: f"{prefix}{whole.name}"}
    for made, name in found:
        paths[made.path] = prefix + names.new(name)
    return [_renamed(made, paths) for made in [whole, *(made for made, _ in found)]]


def _below(owner: Class, name: str) -> Iterator[tuple[Class, str]]:
    for made in owner.classes:
        joined = f"{name}{made.name}"
        yield made, joined
        yield from _below(made, joined)


def _renamed(made: Class, paths: Mapping[str, str]) -> Class:
    path = paths[made.path]
    fields = [replace(field, ref=_ref(field.ref, paths)) for field in made.fields]
    return replace(made, name=path.rpartition(".")[2], path=path, fields=fields, classes=[], unions=[])


def _ref(ref: Ref, paths: Mapping[str, str]) -> Ref:
    if ref.item is not None:
        return replace(ref, item=_ref(ref.item, paths))
    if ref.union is not None:
        members = [(types, paths[path]) for types, path in ref.union.members]
        return replace(ref, union=replace(ref.union, members=members, other=paths[ref.union.other]))
    return replace(ref, annotation=paths.get(ref.annotation, ref.annotation))
