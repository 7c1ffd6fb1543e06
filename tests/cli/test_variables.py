"""Variables by the types of the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from syncgql import GraphQLRequest
from syncgql.cli.variables import parse_assignment, read_variables, variable_values

DOCUMENT = "query ($i: Int, $f: Float, $b: Boolean, $s: String, $l: [Int!]!, $o: In) { a }"


def values(*texts: str) -> dict[str, Any]:
    return variable_values(GraphQLRequest(DOCUMENT).operation, map(parse_assignment, texts), {"l": []})


def test_types() -> None:
    """Text becomes what the document declares; := is JSON; a list has an item per assignment."""
    assert values("i=1", "f=1", "b=true", "s=1") == {"i": 1, "f": 1.0, "b": True, "s": "1", "l": []}
    assert values("l=1")["l"] == [1]
    assert values("l=1", "l:=[2, 3]")["l"] == [1, 2, 3]
    assert values('o:={"a": null}', "s=a=b:=c@d") == {"o": {"a": None}, "s": "a=b:=c@d", "l": []}


@pytest.mark.parametrize("text", ["i=x", "b=yes", "nope=1", "o:={", "=1", "s"])
def test_mistakes(text: str) -> None:
    """Each is found before anything is sent."""
    with pytest.raises(click.UsageError):
        values(text)


def test_json_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A custom scalar may be text in JSON, so it is sent, with a message that shows the form that sends an object."""
    assert values('o={"a": 1}', 's={"a": 1}', "i=1")["o"] == '{"a": 1}'
    assert capsys.readouterr().err == "syncgql: $o is sent as text; to send the object, write -v 'o:=...'.\n"


def test_the_name_of_a_file_as_text() -> None:
    """A server cannot use it; the message shows the form that sends the file."""
    operation = GraphQLRequest("mutation ($photos: [Upload!]!) { add(photos: $photos) }").operation
    with pytest.raises(click.UsageError, match=r"\$photos has the type Upload.*-v photos@FILE"):
        variable_values(operation, [parse_assignment("photos=a.jpg")], {})


def test_required_and_repeated() -> None:
    """A missing variable, and a duplicate one."""
    with pytest.raises(click.UsageError, match=r"requires \$l"):
        variable_values(GraphQLRequest(DOCUMENT).operation, [], {})
    with pytest.raises(click.UsageError, match="2 times"):
        values("i=1", "i=2")


def test_a_variable_in_place_of_a_file() -> None:
    """In gql-cli, -V is followed by a variable."""
    with pytest.raises(click.UsageError, match="there is no file 'id:1'; a single variable is -v name=value"):
        read_variables(Path("id:1"))
