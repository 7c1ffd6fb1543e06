"""Classes beside each other."""

from __future__ import annotations

from syncgql.codegen.flattening import flattened
from syncgql.codegen.python_names import Names
from syncgql.codegen.shapes import Class, Field, Ref


def test_paths_become_names() -> None:
    """Also in annotations; names that clash have an underscore."""
    author = Class("Author", "Q.Data.Book.Author")
    book = Class("Book", "Q.Data.Book", [Field("author", "author", Ref("object", True, author.path))], [author])
    other = Class("BookAuthor", "Q.Data.BookAuthor")
    data = Class("Data", "Q.Data", [Field("a", "a", Ref("list", False, "", item=Ref("object", False, other.path)))])
    data.classes = [book, other]
    made = flattened(data, "Q.", Names(["Data"]))
    assert [each.path for each in made] == ["Q.Data", "Q.Book", "Q.BookAuthor", "Q.BookAuthor_"]
    assert made[0].fields[0].hint == "list[Q.BookAuthor_]"
    assert made[1].fields[0].hint == "Q.BookAuthor | None"


def test_shared_names() -> None:
    """Fragments are in one module."""
    whole = Class("Parts", "Parts", classes=[Class("Author", "Parts.Author")])
    assert [each.name for each in flattened(whole, "", Names(["Parts", "PartsAuthor"]))] == ["Parts", "PartsAuthor_"]
