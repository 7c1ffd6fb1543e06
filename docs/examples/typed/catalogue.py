"""Add a book and print the catalogue by decades: python catalogue.py TITLE YEAR [AUTHOR]."""

from __future__ import annotations

import os
import sys

from api import AddBook, Catalogue, FindBook
from api.fragments import Entry

from syncgql import UNSET, Client, SyncGQLError

LIBRARY_URL = os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql")


def decade(book: Entry) -> int:
    """Return the decade in which a book was published."""
    return book.year // 10 * 10


def main(title: str, year: int, author: str | None = None) -> None:
    """Add the book, and print what the library has from each decade."""
    with Client(LIBRARY_URL) as client:
        # A variable that is UNSET is not sent, so the server uses its default.
        added = client.execute(AddBook(title=title, year=year, author=author or UNSET)).add_book
        found = client.execute(FindBook(id=added.id)).book
        if (
            found is not None
        ):  # mypy insists on this, because the schema says that book may be null
            print(f"Added {found.title} by {found.author}.")
        books = client.execute(Catalogue()).books
    for start in sorted({decade(book) for book in books}):
        titles = ", ".join(book.title for book in books if decade(book) == start)
        print(f"{start}s: {titles}")


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:4])
    except SyncGQLError as error:
        sys.exit(str(error))
