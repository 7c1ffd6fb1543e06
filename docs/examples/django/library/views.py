"""Views over a GraphQL library: a page with a form, and a JSON view."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from syncgql import TransportError, TransportQueryError

from .graphql import client

logger = logging.getLogger(__name__)


def books(request: HttpRequest) -> HttpResponse:
    """Show all books; add the one that was posted."""
    try:
        if request.method == "POST":
            document = "mutation AddBook($title: String!) { addBook(title: $title) { id } }"
            client.execute(document, {"title": request.POST["title"]})
            return redirect("/")
        context = client.execute("query Books { books { id title author year } }")
    except TransportError as error:  # the message is for the log: it names the host
        logger.error("No answer from the library: %s", error)
        return render(request, "books.html", {"unavailable": True}, status=503)
    return render(request, "books.html", context)


def book(request: HttpRequest, id: str) -> JsonResponse:
    """Return one book; the library's own words when it has none with this id."""
    try:
        data = client.execute("query Book($id: ID!) { book(id: $id) { title author year } }", {"id": id})
    except TransportQueryError as error:
        return JsonResponse({"error": str(error)}, status=404)
    return JsonResponse(data["book"])
