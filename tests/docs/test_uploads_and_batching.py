"""The examples of the pages on uploads and batches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.fix_servers import Server

DOCS = Path(__file__).parents[2] / "docs"


def run(page: str, server: Server) -> None:
    text = (DOCS / page).read_text("utf-8").replace("https://api.example.com/graphql", server.url)
    scope: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        client = scope.get("client")
        exec(compile(block, page, "exec"), scope)
        if client is not None and client is not scope["client"]:
            client.close()
    scope["client"].close()


def test_uploads(
    strawberry_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each example runs against a real server, with the files it speaks of."""
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(b"a photo")
    Path("film.mp4").write_bytes(b"a film")
    run("uploads.md", strawberry_server)
    assert capsys.readouterr().out == "6 of 6 bytes\nvariables.file\n"


def test_batching(strawberry_server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example runs against a real server."""
    run("batching.md", strawberry_server)
    out = capsys.readouterr().out
    assert out.startswith("{'hello': 'Hello world!'} None\nNone [{'message': ")
