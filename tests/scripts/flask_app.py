"""A Flask application with one client, which is used at import as well."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flask import Flask, Response, jsonify

from syncgql import Client

client = Client(os.environ["GRAPHQL_URL"])
STARTED = client.execute("{ hello }")["hello"]
application = Flask(__name__)


@application.route("/hello/<name>")
def hello(name: str) -> Response:
    answer = client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})["hello"]
    return jsonify(answer=answer, pid=os.getpid(), started=STARTED)


@application.route("/events")
def events() -> Response:
    def lines() -> Iterator[str]:
        for event in client.subscribe("subscription { count(to: 5) }"):
            yield f"{event['count']}\n"

    return Response(lines(), mimetype="text/plain")
