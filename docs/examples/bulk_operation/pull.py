"""Fetch all products with their variants by a bulk operation: python pull.py products.db."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import sqlite3
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from syncgql import Client

SHOP_URL = os.environ.get("SHOP_URL", "http://127.0.0.1:8003/graphql")
TOKEN = os.environ.get("SHOP_TOKEN", "secret")

START = """
    mutation ($query: String!) {
        bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { field message } }
    }
"""
PRODUCTS = """
    { products { edges { node { id title description variants { edges { node { id sku } } } } } } }
"""
STATE = "query ($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount url } }"
RUNNING = {"CREATED", "RUNNING", "CANCELING"}

TABLES = """
    CREATE TABLE product (id TEXT PRIMARY KEY, title TEXT, description TEXT);
    CREATE TABLE variant (id TEXT PRIMARY KEY, product TEXT REFERENCES product, sku TEXT);
"""


def start(client: Client) -> str:
    """Start the operation on the server and return its id."""
    answer = client.execute(START, {"query": PRODUCTS})["bulkOperationRunQuery"]
    if answer["userErrors"]:
        sys.exit(f"The bulk operation was refused: {answer['userErrors'][0]['message']}")
    return str(answer["bulkOperation"]["id"])


def wait(client: Client, operation_id: str) -> str | None:
    """Wait until the operation ends; return the URL of its result, or None if it is empty."""
    states = client.poll(
        STATE,
        {"id": operation_id},
        interval=(0.1, 0.2, 0.5, 1, 2, 5, 10),
        until=lambda data: data["bulkOperation"]["status"] not in RUNNING,
    )
    operation: dict[str, Any] = {}
    for data in states:
        operation = data["bulkOperation"]
        print(f"{operation['status']}: {operation['objectCount']} objects", flush=True)
    if operation["status"] != "COMPLETED":
        sys.exit(f"The bulk operation has failed: {operation['errorCode']}")
    return operation["url"]


def rows(url: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a result, one for each line, while it is downloaded."""
    # The result is on another server, which must not receive the token of the client.
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=60) as response:
        is_gzip = response.headers.get("Content-Encoding") == "gzip"
        for line in (
            gzip.GzipFile(fileobj=response) if is_gzip else io.BufferedReader(response, 1 << 16)
        ):
            yield json.loads(line)


def save(database: sqlite3.Connection, objects: Iterable[dict[str, Any]]) -> None:
    """Insert products and variants; a child follows its parent, but not directly."""
    objects = iter(objects)
    while some := list(itertools.islice(objects, 1000)):
        products = [each for each in some if "__parentId" not in each]
        variants = [each for each in some if "__parentId" in each]
        database.executemany("INSERT INTO product VALUES (:id, :title, :description)", products)
        database.executemany("INSERT INTO variant VALUES (:id, :__parentId, :sku)", variants)


def main(path: str) -> None:
    """Write the products to a new database, all or nothing."""
    with Client(SHOP_URL, headers={"X-Shopify-Access-Token": TOKEN}, retry=True) as client:
        url = wait(client, start(client))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(TABLES)
        if url is not None:
            save(database, rows(url))


if __name__ == "__main__":
    main(sys.argv[1])
