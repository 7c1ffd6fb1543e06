"""A Flask application in front of a GraphQL library."""

from __future__ import annotations

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from syncgql import Client, TransportError, TransportQueryError

app = Flask(__name__)
client = Client(os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql"), execute_timeout=3)


@app.get("/books")
def books() -> ResponseReturnValue:
    """All books."""
    return jsonify(client.execute("{ books { id title author } }")["books"])


@app.get("/books/<id>")
def book(id: str) -> ResponseReturnValue:
    """One book; 404 when the library has none with this id."""
    result = client.execute_result("query ($id: ID!) { book(id: $id) { id title author year } }", {"id": id})
    if not result.data or result.data["book"] is None:
        return jsonify(error="There is no such book."), 404
    return jsonify(result.data["book"])


@app.post("/books")
def add_book() -> ResponseReturnValue:
    """Add the book in the request's JSON."""
    document = "mutation ($title: String!) { addBook(title: $title) { id title } }"
    return jsonify(client.execute(document, request.get_json())["addBook"]), 201


@app.errorhandler(TransportQueryError)
def refused(error: TransportQueryError) -> ResponseReturnValue:
    """The library answered with errors: what was asked was wrong."""
    return jsonify(error=str(error)), 400


@app.errorhandler(TransportError)
def unavailable(error: TransportError) -> ResponseReturnValue:
    """There was no answer; the details are for the log."""
    app.logger.error("No answer from the library: %s", error)
    return jsonify(error="The library is not available."), 503
