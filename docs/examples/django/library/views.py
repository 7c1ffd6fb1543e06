"""Views over a GraphQL library: a page with forms, a JSON view, and an upload."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from syncgql import FileVar, SyncGQLError, TransportQueryError
from syncgql.contrib.django import clients

from .failures import failure_of, is_missing


def books(request: HttpRequest) -> HttpResponse:
    """Show all books, and add the posted book."""
    try:
        if request.method == "POST":
            document = "mutation AddBook($title: String!) { addBook(title: $title) { id } }"
            clients["library"].execute(document, {"title": request.POST.get("title", "")})
            return redirect("/")
        context = clients["library"].execute("query Books { books { id title author year } }")
    except SyncGQLError as error:
        status, text, headers = failure_of(error)
        page = render(request, "books.html", {"failure": text}, status=status)
        for name, value in headers.items():
            page[name] = value
        return page
    return render(request, "books.html", context)


def book(request: HttpRequest, id: str) -> JsonResponse:
    """Return a book; 404 if the library has none with this ID."""
    found = None
    try:
        found = clients["library"].execute(
            "query Book($id: ID!) { book(id: $id) { title author year } }", {"id": id}
        )["book"]
    except SyncGQLError as error:
        if not (isinstance(error, TransportQueryError) and is_missing(error, "book")):
            return _failed(error)
    if found is None:
        return JsonResponse({"error": "There is no such book."}, status=404)
    return JsonResponse(found)


def catalogue(request: HttpRequest) -> JsonResponse:
    """Return a page of the catalogue, and the cursor to pass as ?after= for the next page."""
    document = """
        query Catalogue($after: String) {
          catalogue(first: 2, after: $after) {
            nodes { id title }
            pageInfo { hasNextPage endCursor }
          }
        }
    """
    try:
        page = clients["library"].execute(document, {"after": request.GET.get("after")})
    except SyncGQLError as error:
        return _failed(error)
    info = page["catalogue"]["pageInfo"]
    following = info["endCursor"] if info["hasNextPage"] else None
    return JsonResponse({"books": page["catalogue"]["nodes"], "next": following})


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Send an uploaded file to the library."""
    if "file" not in request.FILES:
        return JsonResponse({"error": "Choose a file."}, status=400)
    document = "mutation Upload($file: Upload!) { upload(file: $file) { filename size } }"
    try:
        sent = clients["library"].execute(
            document, {"file": FileVar(request.FILES["file"])}, timeout=20
        )
    except SyncGQLError as error:
        return _failed(error)
    return JsonResponse(sent["upload"], status=201)


def _failed(error: SyncGQLError) -> JsonResponse:
    status, text, headers = failure_of(error)
    return JsonResponse({"error": text}, status=status, headers=headers)
