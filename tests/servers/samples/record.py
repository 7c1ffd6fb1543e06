"""Record the samples of the servers again: ``python -m tests.servers.samples.record``, then look at the difference."""

from __future__ import annotations

from importlib.metadata import version

from ..node import NodeProcess
from ..python import PythonProcess
from . import save, take

SERVERS = {
    "apollo": NodeProcess("apollo/server.mjs"),
    "ariadne": PythonProcess("tests.servers.ariadne_streams"),
    "graphql-sse": NodeProcess("servers/graphql_sse.mjs"),
    "strawberry": PythonProcess("tests.servers.strawberry_streams"),
    "yoga": NodeProcess("servers/yoga.mjs"),
}

PACKAGES = {"ariadne": ["ariadne", "graphql-core"], "strawberry": ["strawberry-graphql", "graphql-core"]}
"""What determines the responses of a server in Python; the npm packages have a lock file."""

JSON = "application/graphql-response+json, application/json;q=0.9"
SSE = "text/event-stream"
MULTIPART = f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0, {JSON}"
INCREMENTAL = f"multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824, {JSON}"

COUNT = "subscription { count(to: 2) }"
FAILS = "subscription { fails }"
DEFER = '{ book { title ... @defer(label: "later") { summary } } }'

REQUESTS = [
    (JSON, "{ hello }"),
    (SSE, "{ hello }"),
    (MULTIPART, "{ hello }"),
    (INCREMENTAL, "{ hello }"),
    (JSON, COUNT),
    (SSE, COUNT),
    (MULTIPART, COUNT),
    (f"{SSE}, {MULTIPART}", COUNT),
    ("*/*", COUNT),
    (SSE, FAILS),
    (MULTIPART, FAILS),
    (SSE, "subscription { refused }"),
    (MULTIPART, "subscription { refused }"),
    (SSE, "subscription { unknown }"),
    (SSE, "{"),
    (INCREMENTAL, DEFER),
    (SSE, DEFER),
    (JSON, DEFER),
    ("multipart/mixed", DEFER),
    ("multipart/mixed;deferSpec=20220824", DEFER),
    (INCREMENTAL, "{ book { title ... @defer { broken } } }"),
    (INCREMENTAL, "{ items @stream(initialCount: 1) }"),
    (INCREMENTAL, "{ book { ... @defer { unknown } } }"),
]


def main() -> None:
    for name, process in SERVERS.items():
        versions = {package: version(package) for package in PACKAGES.get(name, ())}
        with process:
            save(name, versions, [take(process.url, *request) for request in REQUESTS])


if __name__ == "__main__":
    main()
