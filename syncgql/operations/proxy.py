"""The proxies behind ``client.query``, ``client.mutation`` and ``client.subscription``."""

from __future__ import annotations

import html
import inspect
import keyword
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphql import GraphQLArgument, GraphQLField, get_named_type, is_required_argument
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef

from ..exceptions import DocumentError, TransportError
from ..request import UNSET, GraphQLRequest
from ..schema.names import find_name, nearest
from .automatic import automatic_nodes
from .call_hints import positional_hint
from .default_value import default_text, typed_with_default
from .directive import Directive
from .document import BuiltOperation
from .fields import Fields, Selectable
from .operation_calls import OperationCalls, Timeout
from .prepared_document import PreparedDocument
from .type_view import FieldView

if TYPE_CHECKING:
    from ..bulk.pages import Pages
    from ..bulk.progress_option import ProgressOption


class OperationProxy:
    """The operations of one kind, found by name: ``client.query.book``, ``client.query["book"]``.

    The attributes are the fields of the schema, except for ``with_options`` and ``document``; use brackets for a field
    with one of these names.

    Args:
        calls: the calls of this kind.
    """

    def __init__(self, calls: OperationCalls) -> None:
        self._calls = calls

    def __call__(self, *selections: Selectable, **nested: Selectable) -> Any:
        """Run one operation with several root fields and return its data, which has a value for each key.

        The arguments are those of ``Fields``, for example ``client.query(Field("book", id="1"), version=True)``. For a
        subscription, the result is an iterator over the data of its events.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportError: there was no GraphQL response, or the schema could not be fetched.
            ClientClosed: the client is closed.
        """
        return self._calls.value(self._calls.build(*selections, **nested), {}, _whole)

    def with_options(
        self,
        *,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        directives: Iterable[Directive] | None = None,
    ) -> OperationProxy:
        """Return the same operations with options for their calls.

        ::

            client.query.with_options(timeout=3, headers={"X-Tenant": "7"}).book("title", id="1")

        Args:
            timeout: the maximum duration of each call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            operation_name: the name of the operation in the document; by default, the keys of the fields, joined.
            directives: directives on the operation.

        Raises:
            DocumentError: *operation_name* is not a GraphQL name, or one of *directives* is not a ``Directive``.
            TypeError: an argument has the wrong type, or *headers* or *extra_args* is given for subscriptions.
            ValueError: *timeout* is not positive.
        """
        return OperationProxy(self._calls.with_options(timeout, headers, extra_args, operation_name, directives))

    def document(self, *selections: Selectable, **nested: Selectable) -> PreparedDocument:
        """Build a document that can be executed many times with different values of its variables.

        ::

            find = client.query.document(Field("book", id=Variable("id"), fields="title"))
            find(id="1")

        The arguments are those of ``Fields``. Calling the document returns the data, as ``client.query(...)`` does.

        Raises:
            DocumentError: a selection or a value does not match the schema.
            TransportError: the schema could not be fetched.
        """
        try:
            operation = self._calls.build(*selections, **nested)
        except DocumentError as error:
            if "document" not in self._fields():
                raise
            hint = f"The field 'document' of the schema is client.{self._calls.kind}['document']."
            raise DocumentError(f"{error.message} {hint}", path=error.path) from error
        return PreparedDocument(self._calls, operation, _whole)

    def __getattr__(self, name: str) -> FieldProxy:
        if name.startswith("_"):
            # copy, pickle and notebooks look up such names; this must not make the client fetch its schema.
            raise AttributeError(f"For a field whose name begins with an underscore, use brackets: [{name!r}].")
        found = find_name(name, self._fields())
        if found is None:
            # Without a name, Python adds no suggestion of its own to the message.
            raise AttributeError(self._unknown(name), obj=self)
        return self[found]

    def __getitem__(self, name: str) -> FieldProxy:
        field = self._fields().get(name) or self._meta_fields().get(name)
        if field is None:
            raise KeyError(self._unknown(name))
        return FieldProxy(self._calls, name, field)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return find_name(name, self._fields()) is not None or name in self._meta_fields()

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __bool__(self) -> bool:
        return True

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._ipython_key_completions_()]

    def _ipython_key_completions_(self) -> list[str]:
        """Complete names in brackets in IPython."""
        try:
            return list(self._fields())
        except TransportError:
            return []  # completion in a shell must not fail

    def __repr__(self) -> str:
        return f"<{self._calls.kind} operations of {self._calls.executor!r}>"

    def _fields(self) -> dict[str, GraphQLField]:
        root = self._calls.builder.root
        return {} if root is None else root.fields

    def _meta_fields(self) -> dict[str, GraphQLField]:
        """Return the fields of introspection; see https://spec.graphql.org/draft/#sec-Schema-Introspection."""
        if self._calls.kind != "query":
            return {}
        return {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef, "__typename": TypeNameMetaFieldDef}

    def _unknown(self, name: str) -> str:
        kind, root = self._calls.kind, self._calls.builder.root
        if root is None:
            return f"The server has no {kind} operations: its schema has no {kind} type."
        return f"{root} has no field {name!r}.{nearest(name, root.fields)}"


class FieldProxy:
    """One operation: ``client.query.book("title author.name", id="1")`` returns the value of ``book``.

    ``help(client.query.book)`` shows its description, arguments and type from the schema.
    """

    def __init__(self, calls: OperationCalls, name: str, field: GraphQLField) -> None:
        self._calls = calls
        self._field = field
        self.__name__ = name
        self.__doc__ = _description(name, field)

    @property
    def __signature__(self) -> inspect.Signature:
        selection = inspect.Parameter("_fields", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
        required_first = sorted(self._field.args.items(), key=lambda item: not is_required_argument(item[1]))
        named = [_parameter(name, argument) for name, argument in required_first]
        return inspect.Signature([selection, *named], return_annotation=_Verbatim(self._field.type))

    def __call__(self, /, _fields: Selectable = None, **arguments: Any) -> Any:
        """Run the operation and return the value of its field; for a subscription, an iterator over the values.

        Args:
            _fields: the fields to select, in any form that ``Fields`` accepts; by default, the leaves are selected
                automatically.
            arguments: the field's arguments; None is sent as null, and ``UNSET`` omits an argument.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportProtocolError: the data is null although there are no errors.
            TransportError: there was no GraphQL response, or the transport cannot subscribe.
            ClientClosed: the client is closed.
        """
        return self._calls.value(self._built(_fields, arguments), {}, self._value)

    def result(self, /, _fields: Selectable = None, **arguments: Any) -> Any:
        """Run the operation and return the whole ``ExecutionResult``; errors in it are not raised.

        For a subscription, return an iterator over the results of its events.

        Args:
            _fields: the fields to select, in any form that ``Fields`` accepts; by default, the leaves are selected
                automatically.
            arguments: the field's arguments; None is sent as null, and ``UNSET`` omits an argument.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportError: there was no GraphQL response, or the transport cannot subscribe.
            ClientClosed: the client is closed.
        """
        return self._calls.result(self._built(_fields, arguments), {})

    def request(self, /, _fields: Selectable = None, **arguments: Any) -> GraphQLRequest:
        """Return the request without sending it, for example for ``client.execute(request, timeout=60)``.

        If an argument is a ``Variable``, pass its value when the request is executed:
        ``client.execute(request, {"id": "1"})``.

        Args:
            _fields: the fields to select, in any form that ``Fields`` accepts; by default, the leaves are selected
                automatically.
            arguments: the field's arguments; None is sent as null, and ``UNSET`` omits an argument.

        Raises:
            DocumentError: a selection or a value does not match the schema.
        """
        return self._built(_fields, arguments).unfilled()

    def document(self, /, _fields: Selectable = None, **arguments: Any) -> PreparedDocument:
        """Build a document that can be executed many times with different values of its variables.

        ``find = client.query.book.document("title", id=Variable("id"))`` is called as ``find(id="1")`` and returns the
        value of the field.

        Raises:
            DocumentError: a selection or a value does not match the schema.
        """
        return PreparedDocument(self._calls, self._built(_fields, arguments), self._value)

    def paginate(
        self,
        /,
        _fields: Selectable = None,
        *,
        page_size: int | None = None,
        prefetch: int = 1,
        max_pages: int | None = None,
        progress: ProgressOption = None,
        **arguments: Any,
    ) -> Pages[Any]:
        """Fetch all pages of this field, a connection, and return an iterator over the nodes.

        ``for repository in client.query.repositories.paginate("nodes { name }", first=100): ...``

        The selection of ``pageInfo`` is added.

        Args:
            _fields: the selection of the connection, with ``nodes`` or ``edges``, in any form that ``Fields`` accepts;
                by default, the leaves of the nodes are selected automatically.
            page_size: the number of nodes per page; the same as the argument ``first`` or ``last``.
            prefetch: the number of pages to fetch ahead; 1 by default. 0 fetches each page when it is needed. More
                than 1 needs a thread.
            max_pages: the maximum number of pages to fetch; None, the default, for all.
            progress: True to show a progress bar on a terminal, which needs the ``cli`` extra, or a line in a
                notebook; or a function to call in the consumer's thread with the number of nodes so far and the total,
                None if it is unknown.
            arguments: the field's arguments; ``last`` paginates backward, and ``after`` or ``before`` is the cursor to
                start at.

        Raises:
            DocumentError: a selection or a value does not match the schema, or the field is not a connection.
            TypeError: *prefetch* or *max_pages* is not a whole number, or *progress* is not a function of two
                parameters.
            ValueError: *prefetch* is negative, or *max_pages* is not positive.
            ModuleNotFoundError: *progress* is True on a terminal, and rich is not installed.
        """
        from ..bulk.pages import paginate
        from ..bulk.progress_option import progress_of

        is_backward = "last" in arguments or "before" in arguments
        size, cursor, info = (
            ("last", "before", "hasPreviousPage startCursor")
            if is_backward
            else ("first", "after", "hasNextPage endCursor")
        )
        if find_name(cursor, self._field.args) is None:
            raise DocumentError(
                f"{self._calls.builder.root}.{self.__name__} has no argument {cursor!r}, so it is not a Relay "
                "connection. For other lists, use Client.paginate() with pagination=.",
                path=self.__name__,
            )
        if page_size is not None:
            arguments[size] = page_size
        arguments.setdefault(cursor, None)  # a variable, which the next pages set
        page_info = f"pageInfo {{ {info} }}"
        nodes = automatic_nodes(get_named_type(self._field.type)) if _fields is None else _fields
        operation = self._built(Fields(page_info) if nodes is None else Fields(nodes, page_info), arguments)
        request = self._calls.request(operation, {})
        return paginate(
            self._calls.executor.bulk_executor(),
            request,
            path=None,
            page_size=None,
            prefetch=prefetch,
            max_pages=max_pages,
            pagination=None,
            after=None,
            on_error="raise",
            progress=progress_of(progress, self.__name__),
        )

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}: {typed_with_default(argument)}" for name, argument in self._field.args.items())
        return f"<{self._calls.kind} {self.__name__}({arguments}): {self._field.type}>"

    def _repr_html_(self) -> str:
        """Show the operation, its description and the fields of its type in Jupyter."""
        return f"<p><code>{html.escape(repr(self))}</code></p><pre>{html.escape(self.__doc__ or '')}</pre>"

    def _built(self, fields: Selectable, arguments: dict[str, Any]) -> BuiltOperation:
        if self._field.deprecation_reason is not None:
            root = self._calls.builder.root
            message = f"{root}.{self.__name__} is deprecated: {self._field.deprecation_reason}"
            warnings.warn(message, DeprecationWarning, stacklevel=3)
        try:
            return self._calls.build_field(self.__name__, fields, arguments)
        except DocumentError as error:
            error.message += positional_hint(error, fields, arguments, self._field.args)
            raise

    def _value(self, data: dict[str, Any]) -> Any:
        return data.get(self.__name__)


def _whole(data: dict[str, Any]) -> dict[str, Any]:
    return data


class _Verbatim:
    """Shows a GraphQL type or value in a signature unchanged, without quotes."""

    def __init__(self, type_: object) -> None:
        self._text = str(type_)

    def __repr__(self) -> str:
        return self._text


def _parameter(name: str, argument: GraphQLArgument) -> inspect.Parameter:
    return inspect.Parameter(
        f"{name}_" if keyword.iskeyword(name) else name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if is_required_argument(argument) else _default(argument),
        annotation=_Verbatim(argument.type),
    )


def _default(argument: GraphQLArgument) -> object:
    text = default_text(argument)
    return UNSET if text is None else _Verbatim(text)


def _description(name: str, field: GraphQLField) -> str:
    lines = [field.description or f"The schema has no description of {name}."]
    if field.deprecation_reason is not None:
        lines.append(f"\nDeprecated: {field.deprecation_reason}")
    if field.args:
        lines.append("\nArguments:")
        for key, argument in field.args.items():
            lines.append(f"    {key} ({typed_with_default(argument)}): {argument.description or ''}".rstrip(": "))
    lines.append(f"\nReturns:\n    {field.type}")
    returned = getattr(get_named_type(field.type), "fields", {})
    lines += [f"        {FieldView(key, each)!r}" for key, each in returned.items()]
    return "\n".join(lines)
