"""The multipart request: finding the files, and the form with them."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncgql import DocumentError, FileVar
from syncgql.protocol.multipart_request import FilePart, MultipartRequest, extract_files

from ..multipart_form import Part, parse_form


def form_of(payload: Any, contents: dict[int, bytes] | None = None) -> list[Part]:
    """The parts of a payload's form, as a server reads them; the files are bytes."""
    operations, parts = extract_files(payload)
    form = MultipartRequest(json.dumps(operations).encode(), parts)
    body = b"".join(part if isinstance(part, bytes) else part.file.file for part in form.segments())
    return parse_form(form.content_type, body)


def paths_in(value: Any) -> list[list[str]]:
    return [part.paths for part in extract_files({"query": "q", "variables": value})[1]]


def test_u01_order_of_parts() -> None:
    """``operations`` comes first, then ``map``, then the files in the order of ``map``."""
    form = form_of({"query": "q", "variables": {"files": [FileVar(b"a"), FileVar(b"b"), FileVar(b"c")]}})
    assert [part.name for part in form] == ["operations", "map", "0", "1", "2"]
    assert list(json.loads(form[1].content)) == ["0", "1", "2"]
    assert [part.content for part in form[2:]] == [b"a", b"b", b"c"]


def test_u02_files_are_null_in_operations_and_listed_in_map() -> None:
    """Each place of a file is null, and is in ``map`` once; everything else is unchanged, including null."""
    variables = {"file": FileVar(b"a"), "name": "n", "nothing": None, "list": [1, None, FileVar(b"b")]}
    operations, file_map, *_ = form_of({"query": "q", "operationName": "Q", "variables": variables})
    assert json.loads(operations.content) == {
        "query": "q",
        "operationName": "Q",
        "variables": {"file": None, "name": "n", "nothing": None, "list": [1, None, None]},
    }
    assert json.loads(file_map.content) == {"0": ["variables.file"], "1": ["variables.list.2"]}


def test_u03_paths_in_lists_objects_and_batches() -> None:
    """List indices are decimal segments; in a batch the index of the request comes first."""
    file = FileVar(b"")
    assert paths_in({"input": {"attachments": [{}, {}, {"content": file}]}}) == [
        ["variables.input.attachments.2.content"]
    ]
    assert paths_in({"grid": [[1], (2, file)]}) == [["variables.grid.1.1"]]
    batch = [
        {"query": "q", "variables": {"file": file}},
        {"query": "q"},
        {"query": "q", "variables": {"f": [FileVar(b"")]}},
    ]
    assert [part.paths for part in extract_files(batch)[1]] == [["0.variables.file"], ["2.variables.f.0"]]


def test_u04_the_callers_variables_stay_as_they_are() -> None:
    """The caller's variables are not modified."""
    file = FileVar(b"")
    variables = {"a": file, "b": [file, {"c": (file,)}]}
    before = copy.copy(variables), list(variables["b"])  # type: ignore[call-overload]
    extract_files({"query": "q", "variables": variables})
    assert (variables, variables["b"]) == before


def test_u05_the_same_file_twice_is_one_part() -> None:
    """There is one part with two paths, also across the requests of a batch and for a plain file object."""
    file, stream = FileVar(b"a"), io.BytesIO()
    form = form_of({"query": "q", "variables": {"a": file, "b": [file]}})
    assert len(form) == 3
    assert json.loads(form[1].content) == {"0": ["variables.a", "variables.b.0"]}
    entry = {"query": "q", "variables": {"a": file, "b": stream}}
    _, parts = extract_files([entry, entry], (io.IOBase,))
    assert [part.paths for part in parts] == [["0.variables.a", "1.variables.a"], ["0.variables.b", "1.variables.b"]]


def test_u06_no_files_no_parts() -> None:
    """Without files there is no form."""
    payload = {"query": "q", "variables": {"a": [1, {"b": None}]}}
    assert extract_files(payload) == (payload, [])
    assert extract_files({"query": "q"}) == ({"query": "q"}, [])


@pytest.mark.parametrize(
    ("filename", "sent"),
    [
        ("naïve file 文.txt", "naïve file 文.txt"),
        ('a"b.txt', "a%22b.txt"),
        ("a\r\nb.txt", "a%0D%0Ab.txt"),
        ("a%22 b;c=d'.txt", "a%22 b;c=d'.txt"),
        ("/etc/secret/a.txt", "a.txt"),
        ("a\udcffb", "a?b"),
    ],
)
def test_u07_filenames_arrive_as_sent(filename: str, sent: str) -> None:
    """They are UTF-8; quotes and line breaks are percent-encoded, and directories are omitted."""
    part = form_of({"query": "q", "variables": {"file": FileVar(b"", filename=filename)}})[2]
    assert part.filename == sent


def test_u08_there_is_always_a_filename() -> None:
    """A part without a file name would be read as a field; the name of the part is used."""
    part = form_of({"query": "q", "variables": {"file": FileVar(b"")}})[2]
    assert part.filename == "0"
    assert part.headers["content-type"] == "application/octet-stream"


def test_u17_an_empty_file_is_an_empty_part() -> None:
    """The file is not dropped."""
    form = form_of({"query": "q", "variables": {"a": FileVar(b""), "b": FileVar(b"x")}})
    assert [part.content for part in form[2:]] == [b"", b"x"]


def test_content_type_of_the_form() -> None:
    """The boundary is always new, and fields have no headers that would make servers treat them as files."""
    first, second = MultipartRequest(b"{}", []), MultipartRequest(b"{}", [])
    assert first.content_type == f"multipart/form-data; boundary={first.boundary}"
    assert first.boundary != second.boundary
    operations, file_map, _ = form_of({"query": "q", "variables": {"file": FileVar(b"")}})
    assert list(operations.headers) == list(file_map.headers) == ["content-disposition"]


@pytest.mark.parametrize("key", ["a.b", "0", "17", ""])
def test_places_that_no_path_can_name_are_refused(key: str) -> None:
    """A path cannot contain a key with a dot, a number or an empty key; the error names it."""
    with pytest.raises(DocumentError, match="a file cannot be sent below the key") as caught:
        paths_in({"scalar": [{key: FileVar(b"")}]})
    assert caught.value.path == f"variables.scalar.0.{key}"
    assert paths_in({"scalar": {key: 1}, "file": FileVar(b"")}) == [["variables.file"]]


def test_a_file_that_cannot_be_sent_is_named() -> None:
    """A plain file object in text mode is refused with its place."""
    payload = {"query": "q", "variables": {"input": {"file": io.StringIO("text")}}}
    with pytest.raises(DocumentError, match=r"^variables\.input\.file: The file contains text, not bytes") as caught:
        extract_files(payload, (io.IOBase,))
    assert caught.value.path == "variables.input.file"


def test_variables_that_hold_themselves_are_refused() -> None:
    """A cycle is an error instead of an endless loop."""
    variables: dict[str, Any] = {"file": FileVar(b"")}
    variables["self"] = variables
    with pytest.raises(DocumentError, match="contain themselves"):
        paths_in(variables)


FILES = [FileVar(bytes([65 + number]) * number, filename=f"{number}.bin") for number in range(4)]

keys = st.text("abcXYZ_é -", min_size=1)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(FILES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def put(target: Any, path: str, value: Any) -> None:
    """Replace the value at a path, which must be null, as a server does."""
    *parents, last = path.split(".")
    for key in parents:
        target = target[int(key) if isinstance(target, list) else key]
    last_key: Any = int(last) if isinstance(target, list) else last
    assert target[last_key] is None
    target[last_key] = value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(keys, values, max_size=4), max_size=3), st.booleans())
def test_a_server_restores_the_variables(variables: list[dict[str, Any]], is_batch: bool) -> None:
    """For any variables, inserting the files according to ``map`` restores them."""
    entries = [{"query": "q", "variables": entry} for entry in variables]
    payload: Any = entries if is_batch else entries[0] if entries else {"query": "q"}
    operations, file_map, *files = form_of(payload)
    restored = json.loads(operations.content)
    places = json.loads(file_map.content)
    assert list(places) == [part.name for part in files]
    for part in files:
        number = next(number for number, file in enumerate(FILES) if file.filename == part.filename)
        assert part.content == FILES[number].file
        for path in places[part.name]:
            put(restored, path, FILES[number])
    assert restored == payload
    assert len({part.filename for part in files}) == len(files)


def test_file_part_has_its_first_path() -> None:
    """Messages name the place of the file."""
    part = FilePart("0", FileVar(b""), "variables.a")
    part.paths.append("variables.b")
    assert part.where == "variables.a"
