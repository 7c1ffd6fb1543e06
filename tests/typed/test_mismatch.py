"""How values that do not fit are reported."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from syncgql.typed.mismatch import Mismatch, Missing, path_text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ({"a": 1}, "an object"),
        ([1, 2], "a list of 2"),
        ("x" * 100, repr("x" * 60 + "...")),
        (Missing, "nothing, because the field is missing"),
    ],
)
def test_the_value_is_named_and_truncated(value: Any, shown: str) -> None:
    """Values are named in the words of JSON."""
    error = Mismatch("str", value).result_error("Book")
    assert error.message == f"The response does not match Book: expected str, got {shown}."


def test_the_path_is_in_the_message_and_on_the_error() -> None:
    """Each level adds its own step, the innermost first."""
    mismatch = Mismatch("int", "many")
    mismatch.steps += ["pages", 0, "books"]
    error = mismatch.result_error("Library")
    assert error.message == "The response does not match Library: books[0].pages: expected int, got 'many'."
    assert (error.path, error.expected) == (("books", 0, "pages"), "int")
    assert path_text((1, 2)) == "[1][2]"


def test_the_text_of_secrets_is_not_shown() -> None:
    """A field whose name says so may have a secret, which must not reach a log."""
    mismatch = Mismatch("int", "s3cr3t")
    mismatch.steps += ["accessToken", "login"]
    assert "s3cr3t" not in mismatch.result_error("Login").message


@pytest.mark.parametrize("message", ["", "5 is not a valid Color"])
def test_a_mismatch_can_be_pickled(message: str) -> None:
    """A constructor in the user's code may raise it, in another process."""
    mismatch = Mismatch("a member of Color", 5, message)
    mismatch.steps.append("color")
    copy = pickle.loads(pickle.dumps(mismatch))
    assert (str(copy), copy.expected, copy.value, copy.steps) == (
        message or "a member of Color",
        "a member of Color",
        5,
        ["color"],
    )
