"""MergedResponse: the data, errors and extensions of all payloads of an incremental response so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from ..result import ABSENT, ExecutionResult
from .graphql_response import MalformedResponse, kind_of

Path = tuple[str | int, ...]
Container = TypeVar("Container", dict[str, Any], list[Any])

PATH_STEPS = 20


class MergedResponse:
    """A response to which payloads are added, and of which snapshots can be taken.

    A container and its ancestors are copied before their first change after a snapshot. Everything else is shared by
    the snapshots and the payloads, which never change. So the cost of a payload depends on its own size and on the
    containers along its path, not on the size of the whole data; without snapshots, a container is copied once.
    """

    def __init__(self, initial: ExecutionResult) -> None:
        self.data: Any = initial.data if initial.has_data else ABSENT
        self.errors = initial.errors
        self.extensions = initial.extensions
        self._own: dict[int, Any] = {}  # by id: the containers that are not shared

    def share(self) -> None:
        """Mark all containers as shared with a snapshot, so that they are copied before they change."""
        self._own.clear()

    def find(self, path: Path) -> Any:
        """Return the value at *path*; None if it is null or missing, for example because of an error.

        Raises:
            MalformedResponse: the path does not match the data.
        """
        node = None if self.data is ABSENT else self.data
        for step in path:
            if node is None:
                return None
            if isinstance(node, dict) and isinstance(step, str):
                node = node.get(step)
            elif isinstance(node, list) and isinstance(step, int):
                node = node[step] if step < len(node) else None
            else:
                raise MalformedResponse(f"the path {path_text(path)} leads through {kind_of(node)} at {step!r}")
        return node

    def find_list(self, path: Path) -> list[Any] | None:
        """Return the list at *path*; None if it is null or missing.

        Raises:
            MalformedResponse: there is something else at *path*.
        """
        found = self.find(path)
        if found is None or isinstance(found, list):
            return found
        raise MalformedResponse(f"a payload has items for {path_text(path)}, which is {kind_of(found)}")

    def merge(self, path: Path, members: dict[str, Any]) -> bool:
        """Merge *members* into the object at *path*; return False if that is null or missing.

        Objects are merged member by member and lists of equal length item by item; any other value replaces the old.

        Raises:
            MalformedResponse: there is something else at *path*.
        """
        found = self.find(path)
        if found is None:
            return False
        if not isinstance(found, dict):
            raise MalformedResponse(f"a payload has data for {path_text(path)}, which is {kind_of(found)}")
        self._merge(self._writable_at(path), members)
        return True

    def insert(self, path: Path, index: int, items: list[Any]) -> None:
        """Insert *items* into the list at *path* from *index* on; existing items are merged with them."""
        target = self._writable_at(path)
        known = items[: len(target) - index]
        self._merge(target, dict(enumerate(known, index)))
        target.extend(items[len(known) :])

    def add_errors(self, errors: Sequence[dict[str, Any]] | None) -> None:
        """Append to the errors."""
        if errors:
            self.errors = self._writable(self.errors or [])
            self.errors.extend(errors)

    def add_extensions(self, extensions: dict[str, Any] | None) -> None:
        """Add to the extensions; a member replaces an earlier one of the same name."""
        if extensions:
            self.extensions = self._writable(self.extensions or {})
            self.extensions.update(extensions)

    def _writable_at(self, path: Path) -> Any:
        """Return the container at *path*, which exists, after copying what is shared on the way."""
        self.data = node = self._writable(self.data)
        for step in path:
            node[step] = node = self._writable(node[step])
        return node

    def _writable(self, container: Container) -> Container:
        if id(container) in self._own:
            return container
        copy = container.copy()
        self._own[id(copy)] = copy
        return copy

    def _merge(self, target: Any, members: dict[Any, Any]) -> None:
        """Merge values by key or index into a container that is not shared."""
        pending = [(target, members)]  # not recursive, because the server determines the depth
        while pending:
            target, members = pending.pop()
            for key, new in members.items():
                old = target[key] if isinstance(target, list) else target.get(key)
                if isinstance(old, dict) and isinstance(new, dict):
                    target[key] = own = self._writable(old)
                    pending.append((own, new))
                elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
                    target[key] = own_list = self._writable(old)
                    pending.append((own_list, dict(enumerate(new))))
                else:
                    target[key] = new


def path_text(path: Path) -> str:
    """Return a path for messages, such as ``person.films.2``."""
    steps = [str(step)[:PATH_STEPS] for step in path[:PATH_STEPS]]
    return ".".join(steps) or "the root"
