"""The GraphQL multipart request: files among the variables, sent after the operations that use them.

Follows the GraphQL multipart request specification (https://github.com/jaydenseric/graphql-multipart-request-spec) and
RFC 7578. The form has these parts, in this order, because servers read it as a stream:

- ``operations``: the request, or the list of a batch, with null instead of every file,
- ``map``: for each file its places, as paths into ``operations``,
- the files, in the order of ``map``, named ``0``, ``1`` and so on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..exceptions import DocumentError
from ..file_var import FileVar
from ..records import object_members
from . import json_codec

Path = tuple["str | int", ...]


class FilePart:
    """A file of the form, and its places in the operations; the same file in two places is sent once.

    Attributes:
        name: the part's name.
        file: the file to send.
        paths: the places, for example ``variables.input.cover``.
    """

    __slots__ = ("file", "name", "paths")

    def __init__(self, name: str, file: FileVar, path: str) -> None:
        self.name = name
        self.file = file
        self.paths = [path]

    @property
    def where(self) -> str:
        """The first place, for messages."""
        return self.paths[0]

    @property
    def head(self) -> bytes:
        """The part's headers. The name is UTF-8, quoted as in RFC 7578 and HTML; servers do not support other forms."""
        filename = self.file.filename or self.name
        for character, code in ('"', "%22"), ("\r", "%0D"), ("\n", "%0A"), ("\0", "%00"):
            filename = filename.replace(character, code)
        return (
            f'Content-Disposition: form-data; name="{self.name}"; filename="{filename}"\r\n'
            f"Content-Type: {self.file.content_type}\r\n\r\n"
            # A name that the operating system could not decode contains surrogates, which UTF-8 cannot encode.
        ).encode(errors="replace")


class MultipartRequest:
    """A request with files, in the form of a multipart body.

    Args:
        operations: the request as JSON, with null instead of every file.
        parts: the files.
    """

    def __init__(self, operations: bytes, parts: list[FilePart]) -> None:
        self.operations = operations
        self.parts = parts
        # 128 random bits do not occur in a file by accident.
        self.boundary = os.urandom(16).hex()

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def segments(self) -> Iterator[bytes | FilePart]:
        """Yield the body in order: bytes, and each part in place of the content of its file."""
        delimiter = f"--{self.boundary}".encode()
        text = b"\r\n".join(
            [
                delimiter,
                b'Content-Disposition: form-data; name="operations"\r\n',
                self.operations,
                delimiter,
                b'Content-Disposition: form-data; name="map"\r\n',
                json_codec.dumps({part.name: part.paths for part in self.parts}).encode(),
                delimiter,
            ]
        )
        for part in self.parts:
            yield text + b"\r\n" + part.head
            yield part
            text = b"\r\n" + delimiter
        yield text + b"--\r\n"


def extract_files(payload: Any, file_classes: tuple[type, ...] = ()) -> tuple[Any, list[FilePart]]:
    """Find the files in the variables of a request's payload, or of the payloads of a batch.

    Args:
        payload: the payload, which is not modified.
        file_classes: types that are files in addition to ``FileVar``.

    Returns:
        A copy of the payload with null instead of every file, and the files.

    Raises:
        DocumentError: a file cannot be sent or is at a place that a path cannot name, or the variables contain
            themselves.
    """
    extraction = _Extraction(file_classes)
    try:
        if isinstance(payload, list):
            return [extraction.request(entry, (index,)) for index, entry in enumerate(payload)], extraction.parts
        return extraction.request(payload, ()), extraction.parts
    except RecursionError:
        raise DocumentError("The variables contain themselves, or are nested too deeply.", path="variables") from None


class _Extraction:
    """One traversal of the variables. In a path, list indices are ints and keys are strs."""

    def __init__(self, file_classes: tuple[type, ...]) -> None:
        self._file_types = (FileVar, *file_classes)
        self._parts: dict[int, FilePart] = {}
        self._places = 0

    @property
    def parts(self) -> list[FilePart]:
        return list(self._parts.values())

    def request(self, payload: dict[str, Any], path: Path) -> dict[str, Any]:
        if "variables" not in payload:
            return payload
        return {**payload, "variables": self._without_files(payload["variables"], (*path, "variables"))}

    def _without_files(self, value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: self._without_files(member, (*path, str(key))) for key, member in value.items()}
        if isinstance(value, list | tuple):
            return [self._without_files(member, (*path, index)) for index, member in enumerate(value)]
        if isinstance(value, self._file_types):
            self._add(value, path)
            return None
        return self._without_files_of_object(value, path)

    def _without_files_of_object(self, value: Any, path: Path) -> Any:
        """Return *value* itself unless it is a record with a file, because the codec may convert other objects."""
        members = object_members(value)
        if members is None:
            return value
        places = self._places
        without_files = self._without_files(members, path)
        return value if self._places == places else without_files

    def _add(self, file: Any, path: Path) -> None:
        where = ".".join(map(str, path))
        for key in path:
            if isinstance(key, str) and (not key or "." in key or key.isdecimal()):
                raise DocumentError(
                    f"{where}: a file cannot be sent below the key {key!r}. A path to it would be ambiguous: keys must "
                    "not be empty or numbers, or contain a dot.",
                    path=where,
                )
        self._places += 1
        part = self._parts.get(id(file))
        if part is not None:
            part.paths.append(where)
            return
        self._parts[id(file)] = FilePart(str(len(self._parts)), _as_file_var(file, where), where)


def _as_file_var(file: Any, where: str) -> FileVar:
    if isinstance(file, FileVar):
        return file
    try:
        return FileVar(file)
    except (TypeError, ValueError) as error:
        raise DocumentError(f"{where}: {error}", path=where) from error
