"""The arguments and options for the document and the variables of a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..request import GraphQLRequest
from .documents import check_query, read_document
from .option_groups import option_group
from .selection import Fields, selected_fields
from .variables import Assignment, parse_assignment, read_variables, variable_values

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True)
class RequestOptions:
    """The values of the options that ``request_options`` adds to a command."""

    query: str | None
    file: Path | None
    variable: tuple[str, ...]
    variables_file: Path | None
    operation: str | None
    select: str | None

    def request(self) -> GraphQLRequest:
        """Return the request of a command that sends a single one.

        Raises:
            click.UsageError: a variable does not fit the document, there is no document, or it has several operations
                and no name chooses one.
            DocumentError: the document has a syntax error, or no operation of this name.
            OSError: a file cannot be read.
        """
        self._check_stdin()
        text = read_document(self.query, self.file)
        names = self._operation_names(text)
        if len(names) > 1:
            listed = ", ".join(name for name in names if name)
            advice = f"choose one with -o: {listed}" if listed else "name them, and choose one with -o"
            raise click.UsageError(f"The document has {len(names)} operations; {advice}.")
        document = GraphQLRequest(text, operation_name=self.operation)
        sets = read_variables(self.variables_file)
        if len(sets) > 1:
            raise click.UsageError(f"{self.variables_file} contains several sets of variables; pass --batch.")
        values = variable_values(document.operation, self._assignments(), sets[0])
        return GraphQLRequest(document, values)

    def batch(self) -> list[GraphQLRequest]:
        """Return a request for each operation of the document and each set of variables.

        Raises:
            click.UsageError: a variable does not fit the document, or there is no document.
            DocumentError: the document has a syntax error or no operation.
            OSError: a file cannot be read.
        """
        self._check_stdin()
        text = read_document(self.query, self.file)
        documents = [GraphQLRequest(text, operation_name=name) for name in self._operation_names(text)]
        sets = read_variables(self.variables_file)
        requests = []
        for document in documents:
            declared = {node.variable.name.value for node in document.operation.variable_definitions or ()}
            # With several operations, each needs only the variables that it declares.
            own = [each for each in self._assignments() if len(documents) == 1 or each.name in declared]
            requests += [GraphQLRequest(document, variable_values(document.operation, own, each)) for each in sets]
        return requests

    def fields(self, requests: Sequence[GraphQLRequest], node: Sequence[str] | None = None) -> Fields:
        """Return the fields that the documents select at the path of ``--select``.

        Args:
            requests: the documents.
            node: with ``--paginate``, the keys that lead to a node, at which the path begins.

        Raises:
            click.UsageError: a document does not select the path.
        """
        return selected_fields(self.select, requests, node)

    def _operation_names(self, text: str) -> list[str | None]:
        from graphql import OperationDefinitionNode

        definitions = GraphQLRequest(text).document.definitions
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        if self.operation or len(operations) < 2:
            return [self.operation]
        return [node.name.value if node.name else None for node in operations]

    def _assignments(self) -> list[Assignment]:
        return [parse_assignment(text) for text in self.variable]

    def _check_stdin(self) -> None:
        """Check that standard input is read only once."""
        document = self.query == "-" or str(self.file) == "-" or (self.query is None and self.file is None)
        others = [text for text in self.variable if parse_assignment(text).value == "-" and "@" in text]
        if document + (str(self.variables_file) == "-") + len(others) > 1:
            raise click.UsageError("Only one of the document, the variables and a file can come from standard input.")


class OperationName(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """The name of an operation; the shell completes names from the file of ``-f``."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        import re

        from click.shell_completion import CompletionItem

        path = ctx.params.get("file")
        text = path.read_text("utf-8", errors="replace") if path and path.is_file() else ""
        names = re.findall(r"\b(?:query|mutation|subscription)\s+(\w+)", text)
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


_FILE = click.Path(path_type=Path)

_OPTIONS = [
    click.argument("query", required=False, callback=check_query),
    click.option(
        "-f",
        "--file",
        type=_FILE,
        is_eager=True,
        help="A file with the document, instead of the argument or standard input.",
    ),
    click.option(
        "-v",
        "--variable",
        multiple=True,
        metavar="NAME=VALUE",
        help="A variable, typed as the document declares it; repeat it for a list. name:=JSON, name@FILE (an upload, "
        "or text), name:=@FILE.",
    ),
    click.option(
        "-V",
        "--variables",
        "variables_file",
        type=_FILE,
        help="A file with a JSON object of variables; - for standard input.",
    ),
    click.option(
        "-o",
        "--operation",
        type=OperationName(),
        metavar="NAME",
        help="The operation to run, if the document has several.",
    ),
    click.option(
        "--select",
        metavar="PATH",
        help="Print only this part of the data, such as book.author.name; in a list, the path applies to each item; "
        "books.0.title selects the first.",
    ),
]

request_options = option_group(RequestOptions, "request_options", _OPTIONS)
"""Add the document and its options to a command, which receives them as its parameter ``request_options``."""
