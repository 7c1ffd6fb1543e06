"""Schemas in this process instead of servers."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncGenerator
from typing import Any

import graphql
import pytest
import strawberry
from ariadne import SubscriptionType, make_executable_schema
from strawberry.extensions import SchemaExtension

from syncgql import (
    Client,
    DocumentError,
    GraphQLRequest,
    LocalSchemaTransport,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
)

SDL = """
    scalar Raw
    type Query { hello(name: String = "world"): String! fail: String context: String root: String raw: Raw }
    type Mutation { double(n: Int!): Int! }
    type Subscription { count(to: Int!): Int! }
"""


class Counted:
    """How the source of the last subscription ended."""

    ended = False


async def count_to(root: Any, info: Any, to: int) -> AsyncGenerator[int, None]:
    Counted.ended = False
    try:
        for number in range(1, to + 1):
            yield number
    finally:
        Counted.ended = True


async def hello(root: Any, info: Any, name: str) -> str:
    await asyncio.sleep(0)
    return f"Hello {name}!"


def fail(root: Any, info: Any) -> str:
    raise RuntimeError("It failed")


def core_schema() -> Any:
    schema: Any = graphql.build_schema(SDL)
    query = schema.query_type.fields
    query["hello"].resolve = hello
    query["fail"].resolve = fail
    query["context"].resolve = lambda root, info: info.context
    query["root"].resolve = lambda root, info: root
    query["raw"].resolve = lambda root, info: datetime.date(2020, 1, 2)
    schema.mutation_type.fields["double"].resolve = lambda root, info, n: 2 * n
    count = schema.subscription_type.fields["count"]
    count.subscribe, count.resolve = count_to, lambda event, info, to: event
    return schema


def ariadne_schema() -> Any:
    from ariadne import MutationType, QueryType

    query, mutation, subscription = QueryType(), MutationType(), SubscriptionType()
    query.set_field("hello", hello)
    query.set_field("fail", fail)
    mutation.set_field("double", lambda root, info, n: 2 * n)
    subscription.set_source("count", count_to)
    subscription.set_field("count", lambda event, info, to: event)
    return make_executable_schema(SDL, query, mutation, subscription)


class Marked(SchemaExtension):
    def get_results(self) -> dict[str, Any]:
        return {"marked": True}


def strawberry_schema() -> Any:
    @strawberry.type
    class Query:
        @strawberry.field
        async def hello(self, name: str = "world") -> str:
            return f"Hello {name}!"

        @strawberry.field
        def fail(self) -> str | None:
            raise RuntimeError("It failed")

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def double(self, n: int) -> int:
            return 2 * n

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def count(self, to: int) -> AsyncGenerator[int, None]:
            async for number in count_to(None, None, to):
                yield number

    return strawberry.Schema(Query, Mutation, Subscription)


def graphene_schema() -> Any:
    graphene = pytest.importorskip("graphene", reason="graphene needs graphql-core 3.2: make core32 runs this")

    class Query(graphene.ObjectType):  # type: ignore[misc, name-defined]
        hello = graphene.String(required=True, name=graphene.String(default_value="world"))
        fail = graphene.String()

        def resolve_hello(root, info, name):  # type: ignore[no-untyped-def]  # noqa: N805
            return f"Hello {name}!"

        def resolve_fail(root, info):  # type: ignore[no-untyped-def]  # noqa: N805
            raise RuntimeError("It failed")

    class Double(graphene.Mutation):  # type: ignore[misc, name-defined]
        class Arguments:
            n = graphene.Int(required=True)

        Output = graphene.Int

        def mutate(root, info, n):  # type: ignore[no-untyped-def]  # noqa: N805
            return 2 * n

    class Mutation(graphene.ObjectType):  # type: ignore[misc, name-defined]
        double = Double.Field(required=True)

    class Subscription(graphene.ObjectType):  # type: ignore[misc, name-defined]
        count = graphene.Int(required=True, to=graphene.Int(required=True))

        async def subscribe_count(root, info, to):  # type: ignore[no-untyped-def]  # noqa: N805
            async for number in count_to(root, info, to):
                yield number

    return graphene.Schema(query=Query, mutation=Mutation, subscription=Subscription)


KINDS = {
    "core": core_schema,
    "ariadne": ariadne_schema,
    "strawberry": strawberry_schema,
    "graphene": graphene_schema,
}


@pytest.fixture(params=KINDS)
def schema(request: pytest.FixtureRequest) -> Any:
    return KINDS[request.param]()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:graphene")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:graphql_relay")
def test_queries_mutations_and_subscriptions_run(schema: Any) -> None:
    """Each kind of schema supports each kind of operation."""
    with Client(transport=LocalSchemaTransport(schema)) as client:
        assert client.execute("query ($n: String) { hello(name: $n) }", {"n": "you"}) == {"hello": "Hello you!"}
        assert client.execute("mutation { double(n: 2) }") == {"double": 4}
        assert list(client.subscribe("subscription { count(to: 3) }")) == [{"count": n} for n in (1, 2, 3)]
        assert client.query.hello() == "Hello world!"
        assert client.mutation.double(n=21) == 42
        assert list(client.subscription.count(to=2)) == [1, 2]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:graphene")
def test_errors_are_those_of_a_server(schema: Any) -> None:
    """A failing resolver, an invalid document and wrong variables are responses with errors."""
    with Client(transport=LocalSchemaTransport(schema)) as client:
        result = client.execute_result("{ fail hello }")
        assert result.data == {"fail": None, "hello": "Hello world!"}
        assert result.errors is not None
        assert result.errors[0]["message"] == "It failed"
        assert result.errors[0]["path"] == ["fail"]
        for wrong in ("{ helo }", "{ hello", "query ($n: Int!) { hello }"):
            with pytest.raises(TransportQueryError):
                client.execute(wrong)
        for wrong in ("subscription { cont }", "subscription { count(to: ", "subscription { count }"):
            with client.subscribe(wrong) as events, pytest.raises(TransportQueryError):
                next(events)


def test_leaving_a_subscription_ends_its_source() -> None:
    """The schema's generator is closed, as a server closes it."""
    with Client(transport=LocalSchemaTransport(core_schema())) as client:
        for event in client.subscribe("subscription { count(to: 1000000) }"):
            assert event == {"count": 1}
            break
    assert Counted.ended


def test_a_query_can_be_subscribed_to() -> None:
    """There is one event, as over a WebSocket."""
    with Client(transport=LocalSchemaTransport(core_schema())) as client:
        assert list(client.subscribe("{ hello }")) == [{"hello": "Hello world!"}]


def test_resolvers_get_context_and_root() -> None:
    """They are passed to the resolvers unchanged."""
    transport = LocalSchemaTransport(core_schema(), root_value="r", context_value="c")
    with Client(transport=transport) as client:
        assert client.execute("{ context root }") == {"context": "c", "root": "r"}


def test_strawberry_runs_with_its_extensions() -> None:
    """Strawberry executes the operation, not graphql-core with its schema."""
    schema = strawberry_schema()
    schema.extensions = [Marked]
    with Client(transport=LocalSchemaTransport(schema)) as client:
        assert client.execute_result("{ hello }").extensions == {"marked": True}


def test_values_that_are_not_json_are_refused() -> None:
    """A test with a schema must not accept values that a server would refuse."""
    with Client(transport=LocalSchemaTransport(core_schema())) as client:
        with pytest.raises(DocumentError, match="cannot be written as JSON"):
            client.execute("query ($n: String) { hello(name: $n) }", {"n": {1, 2}})
        with pytest.raises(TransportProtocolError, match="cannot be encoded as JSON"):
            client.execute("{ raw }")


def test_only_schemas_are_accepted() -> None:
    """SDL alone has no resolvers."""
    with pytest.raises(TypeError, match=r"not str\. SDL text has no resolvers: pass graphql\.build_schema"):
        LocalSchemaTransport(SDL)


def test_a_schema_from_sdl_with_data() -> None:
    """What the message suggests: the root value has the data; functions in it are called."""
    schema = graphql.build_schema("type Query { hello: String! book(id: ID!): Book! } type Book { title: String! }")
    data = {"hello": "Hello", "book": lambda info, id: {"title": f"Book {id}"}}
    with Client(transport=LocalSchemaTransport(schema, root_value=data)) as client:
        assert client.execute('{ hello book(id: "1") { title } }') == {"hello": "Hello", "book": {"title": "Book 1"}}


def test_arguments_for_http_are_refused() -> None:
    """There is no request that could use them."""
    with Client(transport=LocalSchemaTransport(core_schema())) as client:
        with pytest.raises(TransportError, match="does not accept extra_args"):
            client.execute("{ hello }", extra_args={"proxy": "x"})
        with pytest.raises(TransportError, match="does not accept headers"):
            client.execute("{ hello }", headers={"X": "y"})


def test_it_works_in_asyncio_code() -> None:
    """It behaves like every other transport."""

    async def run() -> tuple[Any, list[Any]]:
        transport = LocalSchemaTransport(core_schema())
        await transport.connect()
        answer = await transport.execute(GraphQLRequest("{ hello }"))
        events = [event.data async for event in transport.subscribe(GraphQLRequest("subscription { count(to: 2) }"))]
        await transport.close()
        return answer.data, events

    assert asyncio.run(run()) == ({"hello": "Hello world!"}, [{"count": 1}, {"count": 2}])


def test_repr_names_the_schema() -> None:
    """A client's repr shows the schema."""
    assert repr(LocalSchemaTransport(core_schema())) == "LocalSchemaTransport(GraphQLSchema)"


INCREMENTAL_SDL = """
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD
type Query { a: Int b: Int list: [Int!]! }
"""
INCREMENTAL = "{ a ... @defer { b } list @stream(initialCount: 1) }"
IN_PARTS = {"a": 1, "b": 2, "list": [1, 2, 3]}


@pytest.mark.skipif(graphql.version_info < (3, 3), reason="graphql-core 3.2 does not know the directives")
def test_parts_of_a_response() -> None:
    """They are streamed as they are executed; execute waits for all."""
    schema = graphql.build_schema(INCREMENTAL_SDL)
    with Client(transport=LocalSchemaTransport(schema, root_value=IN_PARTS)) as client:
        items = list(client.stream(INCREMENTAL))
        assert items[0] == {"a": 1, "list": [1]}
        assert items[-1] == IN_PARTS
        assert client.execute(INCREMENTAL) == IN_PARTS
        assert list(client.stream("{ a }")) == [{"a": 1}]
        with pytest.raises(TransportQueryError, match="unknown"):
            client.execute("{ unknown ... @defer { b } }")
