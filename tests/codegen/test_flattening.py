"""Classes beside each other."""

from __future__ import annotations

from syncgql.codegen.definitions import Field, ObjectClass, TypeRef
from syncgql.codegen.flattening import flattened
from syncgql.codegen.python_names import Names


def test_paths_become_names() -> None:
    """Annotations contain the names, too; an underscore is added to names that clash."""
    author = ObjectClass("Author", "Data.Book.Author")
    book = ObjectClass("Book", "Data.Book", [Field("author", "author", TypeRef("object", True, author.path))], [author])
    other = ObjectClass("BookAuthor", "Data.BookAuthor")
    data = ObjectClass(
        "Data", "Data", [Field("a", "a", TypeRef("list", False, "", item=TypeRef("object", False, other.path)))]
    )
    data.classes = [book, other]
    classes = flattened(data, Names(["Data"]))
    assert [each.path for each in classes] == ["Data", "DataBook", "DataBookAuthor", "DataBookAuthor_"]
    assert classes[0].fields[0].hint == "list[DataBookAuthor_]"
    assert classes[1].fields[0].hint == "DataBookAuthor | None"


def test_shared_names() -> None:
    """Fragments are in one module."""
    whole = ObjectClass("Parts", "Parts", classes=[ObjectClass("Author", "Parts.Author")])
    assert [each.name for each in flattened(whole, Names(["Parts", "PartsAuthor"]))] == ["Parts", "PartsAuthor_"]
