"""The steps of the demo.

The demo prints the docstring and the code of each function, and then runs it. All steps get the same client, and the
URL of its server.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from syncgql import Client, FileVar, RetryPolicy, TokenAuth, TransportError, TransportQueryError

Step = Callable[[Client, str], None]


def query(client: Client, url: str) -> None:
    """A query: the data of the response is a plain dict."""
    data = client.execute("{ books { id title author } }")

    for book in data["books"]:
        print(book["id"], book["title"], "by", book["author"])


def variables(client: Client, url: str) -> None:
    """A query with variables."""
    data = client.execute(
        "query ($id: ID!) { book(id: $id) { title year } }",
        {"id": "2"},
    )

    print(data["book"])


def threads(client: Client, url: str) -> None:
    """Eight threads, one client: they share its connections."""

    def author_of(id: str) -> str:
        document = "query ($id: ID!) { book(id: $id) { author } }"
        data = client.execute(document, {"id": id})
        return f"{id}: {data['book']['author']}"

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(author_of, "12341234")

    print(", ".join(answers))


def subscription(client: Client, url: str) -> None:
    """A subscription: an ordinary loop, which ends with break."""
    add = "mutation ($title: String!) { addBook(title: $title) { id } }"
    new_titles = ["Pride and Prejudice", "Emma", "Persuasion"]

    for event in client.subscribe("subscription { bookAdded { title } }"):
        print("announced:", event["bookAdded"]["title"])
        if not new_titles:
            break
        client.execute(add, {"title": new_titles.pop(0)})  # triggers an event


def proxies(client: Client, url: str) -> None:
    """No document: the client generates it from the server's schema."""
    print(client.query.book("title author", id="3"))


def pages(client: Client, url: str) -> None:
    """Every page of a list: the client requests the next one while the loop runs."""
    for book in client.query.catalogue.paginate("nodes { title }", first=3):
        print(book["title"])


def upload(client: Client, url: str) -> None:
    """An upload: a file in the variables."""
    upload = "mutation ($file: Upload!) { upload(file: $file) { size } }"
    tale = FileVar(b"Once upon a time", filename="tale.txt")

    print(client.execute(upload, {"file": tale}))


def batch(client: Client, url: str) -> None:
    """Several operations in one request."""
    first, second = client.execute_batch(["{ books { title } }", "{ hello }"])

    print(len(first["books"]), "books;", second["hello"])


def error(client: Client, url: str) -> None:
    """A GraphQL error: an exception with the errors and the data."""
    try:
        client.execute('{ book(id: "99") { title } }')
    except TransportQueryError as error:
        print("TransportQueryError:", error)
        print("error.errors:", error.errors)
        print("error.data:  ", error.data)


def retry(client: Client, url: str) -> None:
    """A retry: this path first answers with 503."""

    def report(error: TransportError, seconds: float) -> None:
        print("retrying after:", error)

    with Client(f"{url}/busy", retry=RetryPolicy(on_retry=report)) as busy:
        print(busy.execute("{ hello }"))


def token(client: Client, url: str) -> None:
    """A token that expires after two requests: the client fetches another."""

    def log_in() -> str:
        token: str = client.execute("mutation { logIn }")["logIn"]
        print("fetched", token)
        return token

    with Client(f"{url}/private", auth=TokenAuth(log_in)) as reader:
        for number in (1, 2, 3):
            print(number, reader.execute("{ hello }"))


def close(client: Client, url: str) -> None:
    """Closing the client; a `with` block or the end of the program closes it as well."""
    client.close()

    print("closed:", client.closed)


STEPS: list[Step] = [
    query,
    variables,
    threads,
    subscription,
    proxies,
    pages,
    upload,
    batch,
    error,
    retry,
    token,
    close,
]
