"""A server of 200,000 rows, in pages of every kind, with faults on request; a process of its own.

The header ``x-fault: KIND NUMBER`` has request NUMBER of those with the same ``x-pull`` fail, once.
``x-delay: SECONDS`` has each answer wait.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from typing import Any

ROWS = 200_000
MAX_SIZE = 10_000

pulls: Counter[str] = Counter()


def connection(variables: dict[str, Any]) -> dict[str, Any]:
    """A page by cursor, forward or backward."""
    end = variables.get("total", ROWS)
    if "last" in variables:
        stop = int(variables["before"]) if variables.get("before") else end
        start = max(0, stop - variables["last"])
    else:
        start = int(variables["after"]) + 1 if variables.get("after") else 0
        stop = min(end, start + variables.get("first", 100))
    numbers = range(start, stop)
    info = {
        "hasNextPage": stop < end,
        "hasPreviousPage": start > 0,
        "startCursor": str(start) if numbers else None,
        "endCursor": str(stop - 1) if numbers else None,
    }
    return {
        "nodes": [{"id": number} for number in numbers],
        "edges": [{"cursor": str(number), "node": {"id": number}} for number in numbers],
        "pageInfo": info,
        "totalCount": end,
    }


def listed(variables: dict[str, Any]) -> dict[str, Any]:
    """A page by offset or number."""
    total = variables.get("total", ROWS)
    size = min(variables.get("limit", 100), MAX_SIZE)
    start = (variables["page"] - 1) * size if "page" in variables else variables.get("offset", 0)
    return {"items": [{"id": number} for number in range(start, min(total, start + size))], "total": total}


FAULTS = {
    "429": (429, b"slow down"),
    "502": (502, b"bad gateway"),
    "graphql": (200, b'{"data": null, "errors": [{"message": "Deadlock"}]}'),
    "throttled": (200, b'{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'),
    "forbidden": (200, b'{"data": null, "errors": [{"message": "No", "extensions": {"code": "FORBIDDEN"}}]}'),
}


def answer(headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
    """The status and body for a request; None for a reset."""
    kind, _, number = headers.get("x-fault", "").partition(" ")
    pull = headers.get("x-pull", "")
    pulls[pull] += 1
    is_faulty = kind != "" and pulls[pull] == int(number)
    if is_faulty and kind != "partial":
        return FAULTS.get(kind)
    request = json.loads(body)
    variables = request.get("variables") or {}
    if variables.get("first", 0) > MAX_SIZE:
        error = {"message": "Too expensive", "extensions": {"code": "MAX_COST_EXCEEDED"}}
        return 200, json.dumps({"errors": [error]}).encode()
    if "list" in request["query"]:
        return 200, json.dumps({"data": {"list": listed(variables)}}).encode()
    rows = connection(variables)
    wanted = {name: value for name, value in rows.items() if re.search(rf"\b{name}\b", request["query"])}
    answered: dict[str, Any] = {"data": {"rows": wanted}}
    if is_faulty:
        wanted["nodes"][0] = None
        answered["errors"] = [{"message": "One row failed", "path": ["rows", "nodes", 0]}]
    return 200, json.dumps(answered).encode()


async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            await asyncio.sleep(float(headers.get("x-delay", 0)))
            answered = answer(headers, body)
            if answered is None:
                writer.transport.abort()
                return
            status, text = answered
            kind = b"application/json" if text[:1] == b"{" else b"text/plain"
            writer.write(
                b"HTTP/1.1 %d Status\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                % (status, kind, len(text), text)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    """Serve until the end of standard input."""
    server = await asyncio.start_server(serve_client, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql\n")
    sys.stdout.flush()

    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
