"""with_files: puts the files of a multipart request into its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp.web import FileField

from ..file_var import FileVar
from ..protocol import json_codec


def with_files(form: Mapping[str, Any]) -> Any:
    """Return the operations of a multipart request, with each file as a ``FileVar`` among the variables.

    See https://github.com/jaydenseric/graphql-multipart-request-spec.

    Args:
        form: the fields of the form.

    Raises:
        ValueError: a field is missing or is not JSON, or a path in the map does not exist.
        TypeError: the map does not consist of lists of paths.
    """
    try:
        operations, places = (json_codec.loads(str(form[name])) for name in ("operations", "map"))
        for name, paths in places.items():
            file = _file(form[name])
            for path in paths:
                _set(operations, path.split("."), file)
    except (LookupError, AttributeError) as error:
        raise ValueError(f"the form and its map do not match: {error!r}") from error
    return operations


def _file(field: FileField | str | bytes) -> FileVar:
    if isinstance(field, FileField):
        return FileVar(field.file.read(), filename=field.filename, content_type=field.content_type)
    return FileVar(field.encode() if isinstance(field, str) else field)


def _set(value: Any, steps: list[str], file: FileVar) -> None:
    for step in steps[:-1]:
        value = value[int(step) if isinstance(value, list) else step]
    value[int(steps[-1]) if isinstance(value, list) else steps[-1]] = file
