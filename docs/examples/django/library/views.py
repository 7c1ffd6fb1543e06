"""Views over a GraphQL library: a page with a form, and a JSON view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from syncgql import SyncGQLError, TransportQueryError

from .failures import failure_of, is_missing
from .graphql import client


def books(request: HttpRequest) -> HttpResponse:
    """Show all books; add the one that was posted."""
    try:
        if request.method == "POST":
            document = "mutation AddBook($title: String!) { addBook(title: $title) { id } }"
            client.execute(document, {"title": request.POST.get("title", "")})
            return redirect("/")
        context = client.execute("query Books { books { id title author year } }")
    except SyncGQLError as error:
        status, text, headers = failure_of(error)
        page = render(request, "books.html", {"failure": text}, status=status)
        for name, value in headers.items():
            page[name] = value
        return page
    return render(request, "books.html", context)


def book(request: HttpRequest, id: str) -> JsonResponse:
    """Return one book; 404 when the library has none with this id."""
    found = None
    try:
        found = client.execute(
            "query Book($id: ID!) { book(id: $id) { title author year } }", {"id": id}
        )["book"]
    except SyncGQLError as error:
        if not (isinstance(error, TransportQueryError) and is_missing(error, "book")):
            status, text, headers = failure_of(error)
            return JsonResponse({"error": text}, status=status, headers=headers)
    if found is None:
        return JsonResponse({"error": "There is no such book."}, status=404)
    return JsonResponse(found)
