"""GraphQLRequest: a document with its variables, independent of the transport that sends it."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .bounded_cache import BYTES_PER_CHARACTER, cached
from .checks import check_mapping, check_text, plain_text
from .exceptions import DocumentError
from .records import Variables, record_variables

if TYPE_CHECKING:
    from graphql import DocumentNode, OperationDefinitionNode, SelectionSetNode
    from graphql import GraphQLError as CoreGraphQLError

__all__ = ["UNSET", "GraphQLRequest", "Unset", "gql"]


class Unset(enum.Enum):
    """The type of ``UNSET``, which means "not given" where None is a value."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET


class GraphQLRequest:
    """A document with its variables.

    A request is immutable, so it can be stored at module level and used from any thread.

    Args:
        document: GraphQL source text, which is sent unchanged; a parsed document; or a request, such as the result
            of ``gql()``, whose variables, operation name and extensions become the defaults of the other arguments.
        variable_values: the values of the document's variables: a dict, a dataclass or a ``msgspec.Struct``; None and
            ``{}`` mean the same. A field ``book_id`` of a class is the variable ``$bookId``.
        operation_name: the operation to run; required if the document contains several.
        extensions: a dict to send as the request's ``extensions``; the server defines its meaning.

    Attributes:
        has_directives: whether the text contains ``@``. It may be in a string or a comment, so only False is certain.
        may_subscribe: whether the text contains the word "subscription"; only False is certain.

    Raises:
        TypeError: an argument has the wrong type.
        DocumentError: the document is empty.
    """

    __slots__ = (
        "_document",
        "_operation_type",
        "_text",
        "extensions",
        "has_directives",
        "may_subscribe",
        "operation_name",
        "variable_values",
    )

    decodes_text = False  # whether the request can decode the text of the data, so that a transport need not

    _text: str
    _document: DocumentNode | None
    _operation_type: str | None
    has_directives: bool
    may_subscribe: bool
    variable_values: Mapping[str, Any] | None
    operation_name: str | None
    extensions: Mapping[str, Any] | None

    def __init__(
        self,
        document: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        if isinstance(document, GraphQLRequest):
            variable_values = document.variable_values if variable_values is None else variable_values
            operation_name = operation_name or document.operation_name
            extensions = document.extensions if extensions is None else extensions
            document = document._document or document._text
        text = plain_text(document) if isinstance(document, str) else _printed(document)
        if not text or text.isspace():
            raise DocumentError("The document is empty; write a query such as '{ __typename }'.")
        if variable_values is not None and not isinstance(variable_values, dict):
            variable_values = _members(variable_values, text)
        if extensions is not None and not isinstance(extensions, dict):
            check_mapping("extensions", extensions)
        if operation_name is not None:
            check_text("operation_name", operation_name)
        assign = object.__setattr__
        assign(self, "_text", text)
        assign(self, "_document", None if isinstance(document, str) else document)
        assign(self, "_operation_type", None)
        assign(self, "has_directives", "@" in text)
        assign(self, "may_subscribe", "subscription" in text)
        assign(self, "variable_values", variable_values or None)
        assign(self, "operation_name", plain_text(operation_name) if operation_name else None)
        assign(self, "extensions", extensions or None)

    def replaced(
        self,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> GraphQLRequest:
        """Return a copy with other values; None keeps the current value.

        Raises:
            TypeError: an argument has the wrong type.
        """
        return GraphQLRequest(self, variable_values, operation_name, extensions)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"GraphQLRequest is immutable; pass {name}= to execute(), or create another: "
            f"GraphQLRequest(request, {name}=...)."
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"GraphQLRequest is immutable; {name!r} cannot be deleted.")

    def __reduce__(self) -> tuple[Any, ...]:
        return GraphQLRequest, (self._text, self.variable_values, self.operation_name, self.extensions)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GraphQLRequest):
            return NotImplemented
        return self.payload == other.payload

    __hash__ = None  # type: ignore[assignment]  # it holds dicts

    def __repr__(self) -> str:
        # The values of variables may be secrets, so only their names are shown.
        names = sorted(self.variable_values or ())
        return f"GraphQLRequest({self._text!r}, variables={names}, operation_name={self.operation_name!r})"

    @property
    def text(self) -> str:
        """The source text of the document, as sent."""
        return self._text

    @property
    def document(self) -> DocumentNode:
        """The parsed document; parsed once per text.

        Raises:
            DocumentError: the document has a syntax error.
        """
        return self._document or parse_document(self._text)

    @property
    def operation(self) -> OperationDefinitionNode:
        """The operation to run: the one called ``operation_name``, or the only one.

        Raises:
            DocumentError: the document has a syntax error, no operation, no operation of that name, or several
                operations while ``operation_name`` is None.
        """
        from graphql import FragmentDefinitionNode, OperationDefinitionNode

        definitions = self.document.definitions
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        names = [node.name.value for node in operations if node.name]
        if self.operation_name is not None:
            for node in operations:
                if node.name and node.name.value == self.operation_name:
                    return node
            raise DocumentError(
                f"The document has no operation {self.operation_name!r}; its named operations are: {names or 'none'}."
            )
        if not operations:
            found = "only fragments" if isinstance(definitions[0], FragmentDefinitionNode) else "it is a schema"
            raise DocumentError(f"The document has no operation; {found}.")
        if len(operations) > 1:
            raise DocumentError(
                f"The document has {len(operations)} operations; name one with operation_name: {names}."
            )
        return operations[0]

    @property
    def operation_type(self) -> str:
        """The type of the operation to run: ``query``, ``mutation`` or ``subscription``. Computed once per request.

        Raises:
            DocumentError: the document has a syntax error, no operation, no operation of that name, or several
                operations while ``operation_name`` is None.
        """
        operation_type = self._operation_type
        if operation_type is None:
            operation_type = self.operation.operation.value
            # No lock is needed: threads that compute it at the same time write the same value.
            object.__setattr__(self, "_operation_type", operation_type)
        return operation_type

    @property
    def is_query(self) -> bool:
        """Whether the operation to run is a query; False if the document has a syntax error.

        Parsing takes a thousand times longer than searching the text, so a document without the words "mutation" and
        "subscription" is not parsed and counts as a query.
        """
        if "mutation" not in self._text and not self.may_subscribe:
            return True
        try:
            return self.operation_type == "query"
        except DocumentError:
            return False

    @property
    def is_subscription(self) -> bool:
        """Whether the operation to run is a subscription. A document without that word is not parsed.

        Raises:
            DocumentError: the document contains that word, and has a syntax error or no operation to run.
        """
        return self.may_subscribe and self.operation_type == "subscription"

    @property
    def incremental_directive(self) -> str:
        """``defer`` or ``stream`` if the operation uses it, so that its response may come in parts; otherwise empty.

        Computed once per text. A document without directives is not parsed.

        Raises:
            DocumentError: the document seems to use one of them, but has a syntax error or no operation to run.
        """
        return _incremental_directive((self._text, self.operation_name)) if self.has_directives else ""

    @property
    def is_incremental(self) -> bool:
        """Whether the response may come in parts, because of ``@defer`` or ``@stream``.

        False if the document has a syntax error. A document without directives is not parsed.
        """
        try:
            return bool(self.incremental_directive)
        except DocumentError:
            return False

    @property
    def payload(self) -> dict[str, Any]:
        """The members of the request's JSON object; those that were not given are omitted."""
        payload: dict[str, Any] = {"query": self._text}
        if self.operation_name is not None:
            payload["operationName"] = self.operation_name
        if self.variable_values is not None:
            payload["variables"] = dict(self.variable_values)
        if self.extensions is not None:
            payload["extensions"] = dict(self.extensions)
        return payload

    def in_full(self) -> GraphQLRequest:
        """Return this request with its document, for protocols that require it."""
        return self

    def in_same_form(self, request: GraphQLRequest) -> GraphQLRequest:
        """Return *request*, which has the same document and other variables, in the form of this request."""
        return request


def _members(variable_values: object, text: str) -> Mapping[str, Any]:
    """Return the variables that are not in a dict.

    Raises:
        TypeError: they are neither a mapping nor a dataclass or struct.
    """
    if isinstance(variable_values, Mapping):
        return variable_values
    members = record_variables(variable_values, text)
    if members is None:
        kind = type(variable_values).__name__
        raise TypeError(f"variable_values must be a mapping, such as a dict, a dataclass or a struct, not {kind}.")
    return members


def gql(document: str) -> GraphQLRequest:
    """Create a request from a document and check the document's syntax.

    Raises:
        TypeError: the document is not a str.
        DocumentError: the document is empty or has a syntax error; the message shows the position.
    """
    if not isinstance(document, str):
        raise TypeError(f"The document must be GraphQL source text, a str, not {type(document).__name__}.")
    parse_document(document)
    return GraphQLRequest(document)


def as_request(
    request: str | DocumentNode | GraphQLRequest,
    variable_values: Variables | None = None,
    operation_name: str | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> GraphQLRequest:
    """Return *request* as a GraphQLRequest; the other arguments replace the values that it contains."""
    if isinstance(request, GraphQLRequest):
        if variable_values is None and operation_name is None and extensions is None:
            return request
        return request.replaced(variable_values, operation_name, extensions)
    return GraphQLRequest(request, variable_values, operation_name, extensions)


@cached(lambda text, document: len(text) * BYTES_PER_CHARACTER)
def parse_document(text: str) -> DocumentNode:
    """Parse GraphQL source text; results are cached.

    Raises:
        DocumentError: the text has a syntax error; ``line`` and ``column`` are its position.
    """
    from graphql import GraphQLSyntaxError, parse

    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        raise _syntax_error(error) from error


# GraphQL ignores white space, commas and comments between "@" and the name.
_INCREMENTAL_DIRECTIVE = re.compile(r"@(?:[\s,\ufeff]|#[^\r\n]*)*(?:defer|stream)\b")


@cached(lambda key, name: len(key[0]))
def _incremental_directive(key: tuple[str, str | None]) -> str:
    """Return the first of ``defer`` and ``stream`` in an operation and its fragments, given the text and its name."""
    from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode

    text, operation_name = key
    if not _INCREMENTAL_DIRECTIVE.search(text):  # parsing takes a thousand times longer
        return ""
    request = GraphQLRequest(text, operation_name=operation_name)
    fragments = {
        node.name.value: node.selection_set
        for node in request.document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    pending: list[SelectionSetNode | None] = [request.operation.selection_set]
    while pending:
        selection_set = pending.pop()
        for node in selection_set.selections if selection_set else ():
            for directive in node.directives or ():
                if directive.name.value in {"defer", "stream"}:
                    return directive.name.value
            if isinstance(node, FragmentSpreadNode):
                pending.append(fragments.pop(node.name.value, None))  # each fragment is searched once
            elif isinstance(node, FieldNode | InlineFragmentNode):
                pending.append(node.selection_set)
    return ""


def _syntax_error(error: CoreGraphQLError) -> DocumentError:
    position = error.locations[0] if error.locations else None
    return DocumentError(
        str(error), line=position.line if position else None, column=position.column if position else None
    )


def _printed(document: object) -> str:
    from graphql import DocumentNode

    if not isinstance(document, DocumentNode):
        if type(document).__module__.partition(".")[0] == "gql":
            raise TypeError(
                "The request is an object of the gql package; import gql and GraphQLRequest from syncgql, or pass "
                "GraphQLRequest(request.document, request.variable_values, request.operation_name)."
            )
        if isinstance(document, type) and issubclass(document, GraphQLRequest):
            name = document.__name__
            raise TypeError(f"The request is the class {name}; pass an instance with its variables: {name}(...).")
        raise TypeError(
            "The request must be GraphQL source text, a parsed document or a GraphQLRequest, "
            f"not {type(document).__name__}."
        )
    return _print_once(document)


@cached(lambda document, text: len(text) * BYTES_PER_CHARACTER)
def _print_once(document: DocumentNode) -> str:
    # Not document.loc.source: a document modified by a visitor still carries the text from which it was parsed.
    from graphql import print_ast

    return print_ast(document)
