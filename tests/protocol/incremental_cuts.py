"""Cut: a response that is cut at random into the payloads of an incremental response."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

FORMATS = ["pending", "2022", "2020"]

Path = tuple[str | int, ...]


@dataclass(eq=False)
class Part:
    """A deferred fragment, or a run of streamed items that begins at *index*."""

    path: Path
    after: Part | None
    index: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)


class Cut:
    """Takes members and items out of *whole*, at any depth and out of each other, to be delivered later."""

    def __init__(self, whole: dict[str, Any], random: Random) -> None:
        self._random = random
        self._parts: list[Part] = []
        self._initial = self._cut(whole, (), None)

    def payloads(self, format: str) -> list[dict[str, Any]]:
        """Return the payloads in an order that is legal: nothing comes before the place where it belongs."""
        groups: list[list[Part]] = [[]]
        delivered: set[Part | None] = {None}
        while ready := [part for part in self._parts if part.after in delivered and part not in delivered]:
            if format == "2020" or self._random.random() < 0.5:
                groups.append([])
            part = self._random.choice(ready)
            delivered.add(part)
            groups[-1].append(part)
        if format == "pending":
            payloads = self._by_id(groups)
        elif format == "2022":
            payloads = [{"incremental": [_entry(part) for part in group]} if group else {} for group in groups]
        else:
            payloads = [{}, *(patch for group in groups for part in group for patch in _patches(part))]
        payloads[0]["data"] = self._initial
        if len(payloads) > 1 and self._random.random() < 0.3:
            payloads.append({})
        return [{**payload, "hasNext": payload is not payloads[-1]} for payload in payloads]

    def _cut(self, value: Any, path: Path, part: Part | None) -> Any:
        if isinstance(value, dict):
            return self._cut_object(value, path, part)
        return self._cut_list(value, path, part) if isinstance(value, list) else value

    def _cut_object(self, value: dict[str, Any], path: Path, part: Part | None) -> dict[str, Any]:
        kept = {name for name in value if self._random.random() < 0.6}
        if len(kept) < len(value):
            later = Part(path, part)
            self._parts.append(later)
            later.data = {name: self._cut(value[name], (*path, name), later) for name in value if name not in kept}
        return {name: self._cut(value[name], (*path, name), part) for name in value if name in kept}

    def _cut_list(self, value: list[Any], path: Path, part: Part | None) -> list[Any]:
        kept = self._random.choice([len(value), self._random.randint(0, len(value))])
        position, before = kept, part
        while position < len(value):
            end = self._random.randint(position + 1, len(value))
            before = Part(path, before, index=position)
            self._parts.append(before)
            before.items = [self._cut(value[i], (*path, i), before) for i in range(position, end)]
            position = end
        return [self._cut(value[i], (*path, i), part) for i in range(kept)]

    def _by_id(self, groups: list[list[Part]]) -> list[dict[str, Any]]:
        """Announce each fragment and each list, at the latest where it is delivered, and complete it afterwards."""
        payloads: list[dict[str, Any]] = [{"pending": [], "incremental": [], "completed": []} for _ in groups]
        where = {part: number for number, group in enumerate(groups) for part in group}
        ids: dict[Any, str] = {}
        last: dict[str, int] = {}
        for number, group in enumerate(groups):
            for part in group:
                key, path = self._announced(part, ids)
                if key not in ids:
                    ids[key] = str(len(ids))
                    earliest = where[part.after] if part.after else 0
                    notice = {"id": ids[key], "path": [*path]}
                    payloads[self._random.randint(earliest, number)]["pending"].append(notice)
                entry: dict[str, Any] = {
                    "id": ids[key],
                    **({"data": part.data} if part.index is None else {"items": part.items}),
                }
                if part.path != path:
                    entry["subPath"] = list(part.path[len(path) :])
                payloads[number]["incremental"].append(entry)
                last[ids[key]] = number
        for id, number in last.items():
            payloads[self._random.randint(number, len(payloads) - 1)]["completed"].append({"id": id})
        return payloads

    def _announced(self, part: Part, ids: dict[Any, str]) -> tuple[Any, Path]:
        """Return what *part* is announced as, and its path: its list, itself, or the fragment around it."""
        if part.index is not None:
            return part.path, part.path
        around = part.after
        if around is not None and around in ids and self._random.random() < 0.5:
            return around, around.path
        return part, part.path


def _entry(part: Part) -> dict[str, Any]:
    if part.index is None:
        return {"path": list(part.path), "data": part.data}
    return {"path": [*part.path, part.index], "items": part.items}


def _patches(part: Part) -> list[dict[str, Any]]:
    if part.index is None:
        return [_entry(part)]
    return [{"path": [*part.path, part.index + number], "data": item} for number, item in enumerate(part.items)]
