"""The document of a command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from syncgql.cli.command import command
from syncgql.cli.documents import check_query, read_document
from syncgql.cli.exit_codes import ExitCode


def test_one_source(tmp_path: Path) -> None:
    """An argument or a file, not both."""
    (tmp_path / "a.graphql").write_text("{ a }")
    assert read_document("{ b }", None) == "{ b }"
    assert read_document(None, tmp_path / "a.graphql") == "{ a }"
    with pytest.raises(click.UsageError):
        read_document("{ b }", tmp_path / "a.graphql")


def test_a_path_as_the_argument(tmp_path: Path) -> None:
    """The message shows the option; a document that is not a path is not looked up, however long it is."""
    path = tmp_path / "a b.graphql"
    path.write_text("{ a }")
    with pytest.raises(click.UsageError) as caught:
        read_document(str(path), None)
    assert caught.value.message == f"'{path}' is a file; pass it with -f: -f '{path}'"
    for text in ("x" * 100_000, "{\0}", "\0"):
        assert read_document(text, None) == text


def test_a_missing_file_as_the_argument() -> None:
    """The message names the file, instead of a syntax error in its name."""
    for path in ("missing.graphql", "queries/missing.gql"):
        with pytest.raises(click.UsageError) as caught:
            read_document(path, None)
        assert caught.value.message == f"There is no file {path!r}."


@pytest.mark.parametrize("start", ["B:", "Authorization:", "x-api-key:", "b=", "b:="])
@pytest.mark.parametrize("more", [[], ["{ a }"]])
def test_a_second_value_of_an_option(start: str, more: list[str]) -> None:
    """The message shows how to pass it, even if a document follows. It does not contain the value."""
    outcome = CliRunner().invoke(command, ["run", "http://127.0.0.1:9/", "-H", "A:1", f"{start}secret", *more])
    assert outcome.exit_code == ExitCode.USAGE
    assert f"'{start}...' is not a document." in outcome.output
    assert "repeat it for others: -H A:1 -H B:2, -v a=1 -v b=2." in outcome.output
    assert "secret" not in outcome.output


@pytest.mark.parametrize("text", [None, "{ a }", "query ($a: Int = 1) { a }", "{a:b}", r"C:\missing.graphql", "-"])
def test_documents_that_are_not_values(text: str | None) -> None:
    """A colon or an equals sign later in the text means nothing."""
    parameter = click.Argument(["query"])
    assert check_query(click.Context(command), parameter, text) == text
