"""Add the books of a CSV file to a library: python add_books.py books.csv."""

from __future__ import annotations

import csv
import os
import sys

from syncgql import Client, TransportError, TransportQueryError

LIBRARY_URL = os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql")

ADD_BOOK = """
    mutation ($title: String!, $author: String!, $year: Int!) {
        addBook(title: $title, author: $author, year: $year) { id title }
    }
"""


def main(path: str) -> int:
    """Add the books; return 0 if all were added, 1 if some were refused, 2 without a response."""
    refused = 0
    with Client(LIBRARY_URL) as client, open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                book = client.execute(ADD_BOOK, {**row, "year": int(row["year"])})["addBook"]
            except TransportQueryError as error:
                refused += 1
                print(f"{row['title']}: {error}", file=sys.stderr)
            except TransportError as error:
                print(error, file=sys.stderr)
                return 2
            else:
                print(f"{book['id']}: {book['title']}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
