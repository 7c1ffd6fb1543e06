"""The cost of a short program: the import, the first call, ``close``, and the total, each in a new process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from .benchmark import Benchmark, Budget, Figure, Open, Setting, Work
from .worker import EXTRAS


@dataclass(frozen=True)
class Program:
    """A small program in three parts, which use *url* and *document*.

    Attributes:
        imports: the imports.
        call: creates a client and calls it once; sets ``answer``, or ``data`` that was checked for errors.
        close: ends everything that the call started.
    """

    imports: str
    call: str
    close: str = ""

    def text(self, url: str, document: str) -> str:
        """Return the program, which prints the seconds of its call and of its close."""
        check = "if 'answer' in dir():\n    assert not answer.get('errors')\n    data = answer['data']"
        return "\n".join(
            [
                f"from time import perf_counter\nurl, document = {url!r}, {document!r}",
                self.imports,
                "start = perf_counter()",
                self.call,
                check,
                "called = perf_counter()",
                self.close,
                "closed = perf_counter()",
                "assert data['book']['title']",
                "print(called - start, closed - called)",
            ]
        )


SYNCGQL = Program(
    "from syncgql import Client", "client = Client(url)\ndata = client.execute(document)", "client.close()"
)
PROGRAMS = {
    "http.client": Program(
        "import http.client, json",
        "host, _, path = url.removeprefix('http://').partition('/')\n"
        "connection = http.client.HTTPConnection(host)\n"
        "headers = {'Content-Type': 'application/json', 'Accept': 'application/json'}\n"
        "connection.request('POST', '/' + path, json.dumps({'query': document}), headers)\n"
        "answer = json.loads(connection.getresponse().read())",
        "connection.close()",
    ),
    "aiohttp": Program(
        "import aiohttp, asyncio",
        "async def main():\n"
        "    async with aiohttp.ClientSession() as session, session.post(url, json={'query': document}) as response:\n"
        "        return await response.json()\n"
        "answer = asyncio.run(main())",
    ),
    "syncgql": SYNCGQL,
    "syncgql[speed]": SYNCGQL,
    "requests": Program(
        "import requests",
        "session = requests.Session()\nanswer = session.post(url, json={'query': document}).json()",
        "session.close()",
    ),
    "httpx": Program(
        "import httpx",
        "client = httpx.Client()\nanswer = client.post(url, json={'query': document}).json()",
        "client.close()",
    ),
    "gql (aiohttp)": Program(
        "from gql import Client, gql\nfrom gql.transport.aiohttp import AIOHTTPTransport",
        "data = Client(transport=AIOHTTPTransport(url)).execute(gql(document))",
    ),
    "gql (requests session)": Program(
        "from gql import Client, gql\nfrom gql.transport.requests import RequestsHTTPTransport",
        "client = Client(transport=RequestsHTTPTransport(url))\nsession = client.connect_sync()\n"
        "data = session.execute(gql(document))",
        "client.close_sync()",
    ),
    "sgqlc": Program("from sgqlc.endpoint.http import HTTPEndpoint", "answer = HTTPEndpoint(url)(document)"),
    "python-graphql-client": Program(
        "from python_graphql_client import GraphqlClient", "answer = GraphqlClient(url).execute(query=document)"
    ),
    "qlient (aiohttp)": Program(
        "import aiohttp, asyncio\nfrom qlient.aiohttp import AIOHTTPBackend, GraphQLRequest",
        "async def main():\n"
        "    async with aiohttp.ClientSession() as session:\n"
        "        return await AIOHTTPBackend(url, session=session).execute_query(GraphQLRequest(query=document))\n"
        "data = asyncio.run(main()).data",
    ),
}
STARTS = 3
DOCUMENT = "{ book { id title } }"


def _hide(name: str) -> str:
    if "[speed]" in name:
        return ""
    return f"import sys\nfor package in {EXTRAS}:\n    sys.modules[package] = None\n"


# Installed packages have bytecode; a variable that prevents writing it would only affect this package.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _run(text: str) -> tuple[float, list[float]]:
    """Run a program in a new process; return its duration in seconds and its output."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr[-150:])
    return seconds, [float(word) for word in done.stdout.split()]


@contextlib.contextmanager
def _importing(name: str, setting: Setting) -> Iterator[Work]:
    imports = PROGRAMS[name].imports if name in PROGRAMS else ""

    def work() -> Figure:
        # The fastest of a few starts, because other work on the machine only slows a start down.
        return Figure(min(_run(_hide(name) + imports)[0] for _ in range(setting.count(STARTS))) * 1e3)

    yield work


@contextlib.contextmanager
def _calling(name: str, setting: Setting) -> Iterator[Work]:
    program = _hide(name) + PROGRAMS[name].text(f"http://{setting.address}/small", DOCUMENT)

    def work() -> Figure:
        _, (call, close) = _run(program)
        return Figure(call * 1e3, {"close, ms": close * 1e3})

    yield work


@contextlib.contextmanager
def _whole(name: str, setting: Setting) -> Iterator[Work]:
    program = _hide(name) + PROGRAMS[name].text(f"http://{setting.address}/small", DOCUMENT)
    yield lambda: Figure(_run(program)[0] * 1e3)


def _contenders(open: Callable[[str, Setting], contextlib.AbstractContextManager[Work]]) -> dict[str, Open]:
    return {name: partial(open, name) for name in PROGRAMS}


BENCHMARKS = (
    Benchmark(
        "import",
        "a process that only imports",
        "ms",
        {"(nothing)": partial(_importing, "(nothing)"), **_contenders(_importing)},
        "aiohttp",
        (Budget("syncgql", 1.12),),
    ),
    Benchmark("first-call", "client made, first answer there", "ms", _contenders(_calling), "http.client"),
    Benchmark("script", "a whole program with one call", "ms", _contenders(_whole), "http.client"),
)
