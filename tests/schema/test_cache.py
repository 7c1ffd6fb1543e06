"""SchemaCache: the schema in a file."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import introspection_from_schema

from syncgql import Client, SchemaCache
from tests.fix_servers import Server
from tests.schemas import schema_of

RESULT: Any = introspection_from_schema(schema_of("swapi"))


class Asked:
    """Counts the requests to the server."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Any]:
        self.times += 1
        return dict(RESULT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "schema.json"


def test_the_schema_is_fetched_once(path: Path) -> None:
    """Afterwards the file is used, by any number of caches and processes."""
    asked = Asked()
    for _ in range(3):
        assert SchemaCache(path).load_schema(asked) == RESULT
    assert asked.times == 1
    assert json.loads(path.read_text("utf-8")) == RESULT


@pytest.mark.parametrize("max_age", [100, timedelta(seconds=100)])
def test_a_file_that_is_too_old_is_replaced(path: Path, max_age: Any) -> None:
    """The age is that of the file, in seconds or as a timedelta."""
    asked = Asked()
    cache = SchemaCache(path, max_age=max_age)
    cache.load_schema(asked)
    os.utime(path, (time.time() - 50,) * 2)
    cache.load_schema(asked)
    assert asked.times == 1
    os.utime(path, (time.time() - 150,) * 2)
    cache.load_schema(asked)
    assert asked.times == 2
    assert time.time() - path.stat().st_mtime < 50


@pytest.mark.parametrize("content", ["", "\n", '{"__schema"', '{"__schema": null}', "\0" * 100_000])
def test_a_broken_file_is_replaced(path: Path, content: str) -> None:
    """An empty or truncated file is not an error."""
    path.parent.mkdir()
    path.write_text(content, "utf-8")
    asked = Asked()
    assert SchemaCache(path).load_schema(asked) == RESULT
    assert asked.times == 1
    assert json.loads(path.read_text("utf-8")) == RESULT


@pytest.mark.parametrize("content", ["import os", "type Query { a: Int }", "{", "[]", '{"name": "app"}'])
def test_another_file_is_not_overwritten(path: Path, content: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is refused when the cache is created, or with a warning if it appears later; the message says what to do."""
    early = SchemaCache(path)
    path.parent.mkdir()
    path.write_text(content, "utf-8")
    with pytest.raises(FileExistsError, match=r"schema.json is not a file of a SchemaCache, .* choose another path\."):
        SchemaCache(path)
    with caplog.at_level(logging.WARNING, "syncgql.schema"):
        assert early.load_schema(Asked()) == RESULT
    assert "schema.json is not a file of a SchemaCache" in caplog.text
    assert path.read_text("utf-8") == content


def test_a_failure_does_not_change_the_file(path: Path) -> None:
    """No other file is left in the directory."""
    cache = SchemaCache(path, max_age=0)
    cache.load_schema(Asked())
    os.utime(path, (1, 1))
    with pytest.raises(ZeroDivisionError):
        cache.load_schema(lambda: {"x": 1 // 0})
    with pytest.raises(TypeError):
        cache.load_schema(lambda: {"__schema": object()})
    assert json.loads(path.read_text("utf-8")) == RESULT
    assert os.listdir(path.parent) == ["schema.json"]


def test_a_file_that_cannot_be_written_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A warning is logged, and the schema is available."""
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING, "syncgql.schema"):
        assert SchemaCache(tmp_path / "file" / "schema.json").load_schema(Asked()) == RESULT
    assert "Cannot write the schema to" in caplog.text


def test_clear_deletes_the_file(path: Path) -> None:
    """Clearing twice is allowed."""
    cache = SchemaCache(path)
    cache.load_schema(Asked())
    cache.clear()
    cache.clear()
    assert not path.exists()


def test_the_age_is_checked_and_shown() -> None:
    """A negative age is refused."""
    with pytest.raises(ValueError, match="max_age must not be negative"):
        SchemaCache("x", max_age=-1)
    assert repr(SchemaCache("x", max_age=timedelta(minutes=1))) == "SchemaCache('x', max_age=60.0)"


WRITER = """
import json, sys
from syncgql import SchemaCache
cache = SchemaCache(sys.argv[1], max_age=0)
result = {"__schema": {"filler": ["x" * 1000] * 300}}
for _ in range(100):
    assert cache.load_schema(lambda: result) == result
    assert json.loads(cache.path.read_text("utf-8")) == result
"""


def test_processes_never_see_half_a_file(path: Path) -> None:
    """Several processes write and read the same file at once."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=100)
        assert (writer.returncode, errors) == (0, "")
    assert os.listdir(path.parent) == ["schema.json"]


def test_a_client_uses_it(path: Path, any_server: Server) -> None:
    """The second client does not request the schema; fetch_schema() requests it and updates the file."""
    for _ in range(2):
        with Client(any_server.url, schema=SchemaCache(path)) as client:
            assert client.query.hello() == "Hello world!"
    assert len(any_server.seen("request")) == 2 + 2
    path.write_text('{"__schema": {}}')
    with Client(any_server.url, schema=SchemaCache(path)) as client:
        client.fetch_schema()
    assert "queryType" in path.read_text("utf-8")
