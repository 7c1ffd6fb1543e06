"""Tests without a server: python manage.py test."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, override_settings

from syncgql import ClientClosed, DocumentError, TransportConnectionFailed, TransportTimeout
from syncgql.testing import GraphQLMock, errors, event

BOOK = {"id": "1", "title": "Emma", "author": "Jane Austen", "year": 1815}


class LibraryTests(SimpleTestCase):
    """The views and the daemon, with a mock in place of the library."""

    def setUp(self) -> None:
        """Replace the library by a mock for each test, which fails if a request is unexpected."""
        self.library = GraphQLMock()
        self.addCleanup(self.library.raise_failures)
        self.library.__enter__()
        self.addCleanup(self.library.__exit__, None, None, None)

    def test_the_page_lists_the_books(self) -> None:
        """The page has a line for each book."""
        self.library.add("Books", {"books": [BOOK]})
        self.assertContains(self.client.get("/"), "<li>Emma, Jane Austen (1815)</li>", html=True)

    def test_the_catalogue_has_pages(self) -> None:
        """The cursor of a page is in the URL of the next one."""
        page = {"nodes": [BOOK], "pageInfo": {"hasNextPage": True, "endCursor": "2"}}
        self.library.add("Catalogue", {"catalogue": page})
        response = self.client.get("/catalogue/?after=1")
        self.assertEqual(response.json(), {"books": [BOOK], "next": "2"})
        self.library.assert_called("Catalogue", {"after": "1"})

    def test_a_book_is_added(self) -> None:
        """The title in the form is sent as a variable of the mutation."""
        self.library.add("AddBook", {"addBook": {"id": "5"}})
        self.assertRedirects(
            self.client.post("/", {"title": "Momo"}), "/", fetch_redirect_response=False
        )
        self.library.assert_called("AddBook", {"title": "Momo"})

    def test_a_file_is_uploaded(self) -> None:
        """The library receives the file with its name; a form without a file is not sent."""
        self.library.add("Upload", {"upload": {"filename": "emma.txt", "size": 4}})
        file = SimpleUploadedFile("emma.txt", b"Emma")
        self.assertEqual(self.client.post("/upload/", {"file": file}).status_code, 201)
        self.assertEqual(self.client.post("/upload/").status_code, 400)
        (call,) = self.library.calls
        self.assertEqual(call.variables["file"].filename, "emma.txt")

    def test_the_request_id_is_forwarded(self) -> None:
        """The library receives the ID of the visitor's request."""
        self.library.add("Books", {"books": []})
        self.client.get("/", headers={"X-Request-ID": "7f3a"})
        self.library.assert_called("Books", headers={"X-Request-ID": "7f3a"})

    def test_the_library_is_down(self) -> None:
        """The page reports it, and the reason is logged."""
        self.library.add("Books", raises=TransportConnectionFailed("Connection refused."))
        with self.assertLogs("library.failures") as logs:
            self.assertContains(
                self.client.get("/"), "The library is not available.", status_code=503
            )
        self.assertIn("Connection refused.", logs.output[0])

    def test_there_is_no_such_book(self) -> None:
        """The response has null, null and an error, or null and an error with a code."""
        self.library.add("Book", {"book": None})
        self.library.add("Book", {"book": None}, errors=["There is no book 99."])
        self.library.add(
            "Book",
            {"book": None},
            errors=[{"message": "No.", "extensions": {"code": "NOT_FOUND"}}],
        )
        for _ in range(3):
            response = self.client.get("/books/99/")
            self.assertEqual(
                (response.status_code, response.json()), (404, {"error": "There is no such book."})
            )

    def test_a_query_is_retried(self) -> None:
        """The page shows the books although the first attempt failed."""
        self.library.add("Books", status=503, body="try later")
        self.library.add("Books", {"books": [BOOK]})
        self.assertContains(self.client.get("/"), "Emma")

    @override_settings(SYNCGQL={"library": {"url": "http://library.test/graphql"}})  # no retries
    def test_every_other_failure(self) -> None:
        """Each one results in a status, a neutral text and a log record with the details."""
        throttled = {"message": "secret", "extensions": {"code": "THROTTLED"}}
        failures: list[tuple[int, dict[str, Any]]] = [
            (400, {"raises": DocumentError("secret")}),
            (502, {"errors": ["secret"]}),
            (
                502,
                {
                    "data": {"book": None},
                    "errors": [{"message": "secret", "extensions": {"code": "INTERNAL"}}],
                },
            ),
            (503, {"errors": [throttled]}),
            (503, {"status": 401, "body": "secret"}),
            (503, {"status": 500, "body": "secret"}),
            (503, {"body": "<p>secret"}),
            (503, {"raises": TransportConnectionFailed("secret")}),
            (503, {"raises": ClientClosed("secret")}),
            (504, {"raises": TransportTimeout("secret", limit="execute_timeout", seconds=3)}),
        ]
        for _, given in failures:
            self.library.add("Book", **given)
            self.library.add("Books", **given)
        for status, _ in failures:
            for path in "/books/1/", "/":
                with (
                    self.subTest(path=path, status=status),
                    self.assertLogs("library.failures") as logs,
                ):
                    response = self.client.get(path)
                    self.assertEqual(response.status_code, status)
                    self.assertNotIn("secret", response.content.decode())
                    self.assertIn("secret", logs.output[0])

    def test_the_daemon_prints_new_books(self) -> None:
        """It calls the handler with each event, and exits after --count events."""
        self.library.script(
            "BookAdded",
            event({"bookAdded": BOOK}),
            event({"bookAdded": {**BOOK, "title": "Persuasion"}}),
        )
        with redirect_stdout(StringIO()) as out:
            call_command("graphql_subscribe", "library.events.book_added", count=2)
        self.assertEqual(out.getvalue(), "Emma, Jane Austen\nPersuasion, Jane Austen\n")

    def test_the_daemon_ends_with_an_error(self) -> None:
        """The command reports the errors with which the library ended the subscription."""
        self.library.script("BookAdded", errors("The shelf is closed."))
        with self.assertRaisesMessage(CommandError, "The shelf is closed."):
            call_command("graphql_subscribe", "library.events.book_added")
