"""What real servers that stream send, byte by byte: one JSON file for each server, with one entry for each request.

``python -m tests.servers.samples.record`` writes the files; ``tests/servers/test_streams.py`` compares them with what
the servers send.
"""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

FOLDER = Path(__file__).parent
PATIENCE = 60.0


class Sample(NamedTuple):
    """A request and its response.

    Attributes:
        accept: the Accept header of the request.
        document: the request's document.
        status: of the response.
        headers: of the response, as far as they say how its body is read.
        body: as it was sent, without HTTP's framing.
        is_cut: whether the server broke the connection before the end of the body.
    """

    accept: str
    document: str
    status: int
    headers: dict[str, str]
    body: bytes
    is_cut: bool = False


HEADERS = ("content-type", "content-encoding", "accept")


def load(name: str) -> list[Sample]:
    """Return the samples of a server: of "apollo", "ariadne", "graphql-sse", "strawberry" or "yoga"."""
    samples: list[dict[str, Any]] = _read(name)["samples"]
    return [Sample(**{**sample, "body": "".join(sample["body"]).encode()}) for sample in samples]


def load_versions(name: str) -> dict[str, str]:
    """Return the versions of the Python packages that sent the samples of a server."""
    versions: dict[str, str] = _read(name)["versions"]
    return versions


def save(name: str, versions: dict[str, str], samples: list[Sample]) -> None:
    """Write the samples of a server, with a line of the file for each line of a body."""
    entries = [{**sample._asdict(), "body": sample.body.decode().splitlines(keepends=True)} for sample in samples]
    content = json.dumps({"versions": versions, "samples": entries}, indent=1)
    (FOLDER / f"{name}.json").write_text(content + "\n", "utf-8")


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return content


def take(url: str, accept: str, document: str) -> Sample:
    """Send a request and return it with its response."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        headers = {"Content-Type": "application/json", "Accept": accept}
        connection.request("POST", parts.path, json.dumps({"query": document}), headers)
        response = connection.getresponse()
        is_cut = False
        try:
            body = response.read()
        except http.client.IncompleteRead as error:
            body, is_cut = error.partial, True
        kept = {name: response.headers[name] for name in HEADERS if name in response.headers}
        return Sample(accept, document, response.status, kept, body, is_cut)
