"""The steps of the demo.

The demo prints the docstring and the code of each function, and then runs it. All steps share one client.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from syncgql import Client, FileVar, TransportQueryError


def query(client: Client) -> None:
    """A query: the data of the response is a plain dict."""
    data = client.execute("{ books { id title author } }")

    for book in data["books"]:
        print(book["id"], book["title"], "by", book["author"])


def variables(client: Client) -> None:
    """A query with variables."""
    data = client.execute(
        "query ($id: ID!) { book(id: $id) { title year } }",
        {"id": "2"},
    )

    print(data["book"])


def threads(client: Client) -> None:
    """Eight threads, one client: they share its connections."""

    def author_of(id: str) -> str:
        document = "query ($id: ID!) { book(id: $id) { author } }"
        data = client.execute(document, {"id": id})
        return f"{id}: {data['book']['author']}"

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(author_of, "12341234")

    print(", ".join(answers))


def subscription(client: Client) -> None:
    """A subscription: a plain loop that ends with break."""
    add = "mutation ($title: String!) { addBook(title: $title) { id } }"
    new_titles = ["Pride and Prejudice", "Emma", "Persuasion"]

    for event in client.subscribe("subscription { bookAdded { title } }"):
        print("announced:", event["bookAdded"]["title"])
        if not new_titles:
            break
        client.execute(add, {"title": new_titles.pop(0)})  # triggers an event


def proxies(client: Client) -> None:
    """No document: the client writes it from the server's schema."""
    print(client.query.book("title author", id="3"))


def upload(client: Client) -> None:
    """An upload: a file in the variables."""
    upload = "mutation ($file: Upload!) { upload(file: $file) { size } }"
    tale = FileVar(b"Once upon a time", filename="tale.txt")

    print(client.execute(upload, {"file": tale}))


def batch(client: Client) -> None:
    """Several operations in one request."""
    first, second = client.execute_batch(["{ books { title } }", "{ hello }"])

    print(len(first["books"]), "books;", second["hello"])


def error(client: Client) -> None:
    """A GraphQL error: an exception with the errors and the data."""
    try:
        client.execute('{ book(id: "99") { title } }')
    except TransportQueryError as error:
        print("TransportQueryError:", error)
        print("error.errors:", error.errors)
        print("error.data:  ", error.data)


def close(client: Client) -> None:
    """Closing the client; a `with` block or the end of the program does it, too."""
    client.close()

    print("closed:", client.closed)


STEPS: list[Callable[[Client], None]] = [query, variables, threads, subscription, proxies, upload, batch, error, close]
