"""Persisted documents: hashes that a server learns, and ids of trusted documents."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    Client,
    Deadline,
    DocumentError,
    EventStreamTransport,
    ExecutionResult,
    FileVar,
    GraphQLRequest,
    LocalSchemaTransport,
    Operation,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportQueryError,
    TransportServerError,
    TrustedDocuments,
)
from syncgql.pipeline.persisted_documents import AutomaticPersistedQueries
from syncgql.testing import GraphQLMock

from ..fix_servers import Server
from ..fix_streams import StreamServer
from ..servers.hashes import NOT_FOUND, NOT_SUPPORTED, HashServer, refusal
from ..servers.stream_wire import Held, Stream
from ..servers.wire import WireConnection, WireServer, always, answer
from ..transport.response_streams import SOON, SSE

PATIENCE = 60.0
QUERY = "query Q ($value: Int) { ok(value: $value) }"
MUTATION = "mutation { ok }"
HELLO = "query Hello ($name: String!) { hello(name: $name) }"
ADD = "mutation Add($a: Int!, $b: Int!) {\n  add(a: $a, b: $b)\n}"
COUNT = "subscription Count { count(to: 2, delay: 0) }"
DOCUMENTS = {"hello": HELLO, "add": ADD, "count": COUNT, "unregistered": "{ active }"}

ClientFor = Callable[..., Client]


@pytest.fixture(params=["aiohttp", "requests"])
def client_for(request: pytest.FixtureRequest) -> ClientFor:
    """Makes a client with one of the libraries for HTTP."""

    def make(url: str, *, get: bool = False, **options: Any) -> Client:
        options = {"persisted_documents": "automatic", **options}
        if request.param == "aiohttp":
            return Client(url, use_get_for_queries=get, **options)
        return Client(transport=RequestsHTTPTransport(url, method="GET" if get else "POST"), **options)

    return make


def hash_of(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}


def test_p01_the_first_attempt_has_no_document(client_for: ClientFor) -> None:
    """The second one has it, and from then on the hash is enough."""
    with HashServer() as server, client_for(server.url) as client:
        assert client.execute(QUERY, {"value": 1}, "Q") == {"ok": 1}
        assert client.execute(QUERY, {"value": 2}, "Q") == {"ok": 2}
    first, second, third = server.members
    assert first == {"operationName": "Q", "variables": {"value": 1}, "extensions": hash_of(QUERY)}
    assert second == {"query": QUERY, **first}
    assert third == {**first, "variables": {"value": 2}}


@pytest.mark.parametrize(
    "error",
    [
        {"message": "PersistedQueryNotFound"},
        {"message": "Unknown", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}},
        {"message": "PersistedQueryNotFound", "extensions": {"code": "INTERNAL_SERVER_ERROR"}},
    ],
)
def test_p03_a_miss_has_a_message_or_a_code(client_for: ClientFor, error: dict[str, Any]) -> None:
    """Either leads to one more request, with the document and the hash."""
    with HashServer(refusal({"errors": [error]})) as server, client_for(server.url) as client:
        assert client.execute(MUTATION) == {"ok": True}
    assert server.members == [{"extensions": hash_of(MUTATION)}, {"query": MUTATION, "extensions": hash_of(MUTATION)}]


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "404 Not Found", "500 Error", "502 Bad Gateway"])
@pytest.mark.parametrize("content_type", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("data", [{}, {"data": None}])
def test_p04_a_miss_has_any_status(client_for: ClientFor, status: str, content_type: str, data: Any) -> None:
    """It is read as a result, or raised as an exception if a gateway may have sent it."""
    refused = refusal({**NOT_FOUND, **data}, status, content_type)
    with HashServer(refused) as server, client_for(server.url) as client:
        assert client.execute(QUERY) == {"ok": True}
    assert ["query" in members for members in server.members] == [False, True]


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "502 Bad Gateway"])
def test_p05_a_server_without_hashes_is_remembered(
    client_for: ClientFor, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The document follows without a hash, and later calls send documents; this is logged once."""
    with HashServer(refusal(NOT_SUPPORTED, status)) as server, client_for(server.url) as client:
        for _ in range(3):
            assert client.execute(QUERY, extensions={"mine": 1}) == {"ok": True}
    plain = {"query": QUERY, "extensions": {"mine": 1}}
    assert server.members == [{"extensions": {"mine": 1, **hash_of(QUERY)}}, plain, plain, plain]
    assert [record.levelname for record in caplog.records if "automatic persisted" in record.message] == ["WARNING"]


def test_p05_threads_log_once(caplog: pytest.LogCaptureFixture) -> None:
    """All calls in flight at the first refusal are refused, and each resends its document."""
    together = threading.Barrier(4)

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            if b'"query"' not in request.body:
                together.wait(PATIENCE)
                connection.send(refusal(NOT_SUPPORTED))
            else:
                connection.send(answer())

    with WireServer(script) as server, Client(server.url, persisted_documents="automatic") as client:
        futures = [client.submit(QUERY) for _ in range(4)]
        assert [future.result(PATIENCE) for future in futures] == [{"ok": True}] * 4
        assert len(server.requests) == 8
    assert caplog.text.count("does not support automatic persisted queries") == 1


def test_p06_a_second_miss_is_reported(client_for: ClientFor) -> None:
    """There is no third request."""
    with HashServer(learns=False) as server, client_for(server.url) as client:
        with pytest.raises(TransportQueryError, match="PersistedQueryNotFound") as caught:
            client.execute(QUERY)
        server.refused = refusal(NOT_FOUND, "502 Bad Gateway")
        with pytest.raises(TransportServerError):
            client.execute(QUERY)
        assert len(server.sent) == 4
    assert caught.value.codes == ("PERSISTED_QUERY_NOT_FOUND",)


def test_p07_the_document_is_sent_by_post(client_for: ClientFor) -> None:
    """The hash is sent by GET, which caches may store; the document might be too long for a URL."""
    with HashServer() as server, client_for(server.url, get=True) as client:
        assert client.execute(QUERY, {"value": 1}) == {"ok": 1}
        assert client.execute(QUERY, {"value": 1}) == {"ok": 1}
    assert server.methods == ["GET", "POST", "GET"]
    assert server.members[0] == server.members[2] == {"variables": {"value": 1}, "extensions": hash_of(QUERY)}


def test_p07_a_get_of_the_call_is_followed_by_a_post() -> None:
    """So does ``extra_args={"method": "GET"}``."""
    with HashServer() as server, Client(server.url, persisted_documents="automatic") as client:
        assert client.execute(QUERY, extra_args={"method": "GET"}) == {"ok": True}
    assert server.methods == ["GET", "POST"]


def test_p08_mutations_go_by_post(client_for: ClientFor) -> None:
    """Both attempts use POST."""
    with HashServer() as server, client_for(server.url, get=True) as client:
        assert client.execute(MUTATION) == {"ok": True}
    assert server.methods == ["POST", "POST"]


def test_p09_other_extensions_are_kept(client_for: ClientFor) -> None:
    """Both attempts have them, and the caller's are not modified."""
    mine = {"trace": {"id": 1}}
    with HashServer() as server, client_for(server.url) as client:
        client.execute(QUERY, extensions=mine)
    assert [members["extensions"] for members in server.members] == [{**mine, **hash_of(QUERY)}] * 2
    assert mine == {"trace": {"id": 1}}


def test_an_extension_of_the_caller_is_sent_as_it_is(client_for: ClientFor) -> None:
    """The caller retries explicitly."""
    with HashServer() as server, client_for(server.url) as client:
        client.execute(QUERY, extensions=hash_of("other"))
    assert server.members == [{"query": QUERY, "extensions": hash_of("other")}]


def test_p10_a_batch_resends_missing_documents(client_for: ClientFor) -> None:
    """They are resent as a batch, and the results keep their positions."""
    requests = [GraphQLRequest(f"query Q{n} {{ ok }}", {"value": n}) for n in range(3)]
    with HashServer() as server, client_for(server.url) as client:
        client.execute(requests[1])
        server.sent.clear()
        assert client.execute_batch(requests) == [{"ok": 0}, {"ok": 1}, {"ok": 2}]
    first, second = server.members
    assert ["query" in members for members in first] == [False, False, False]
    assert [members["query"] for members in second] == [requests[0].text, requests[2].text]


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "502 Bad Gateway"])
def test_p10_a_batch_may_be_refused_as_a_whole(client_for: ClientFor, status: str) -> None:
    """The response is one object instead of an array; the whole batch is resent."""

    def script(connection: WireConnection) -> None:
        while (request := connection.read_request()) is not None:
            is_full = all("query" in members for members in json.loads(request.body))
            connection.send(refusal([{"data": {"ok": 1}}] * 2) if is_full else refusal(NOT_SUPPORTED, status))

    with WireServer(script) as server, client_for(server.url) as client:
        assert client.execute_batch([QUERY, MUTATION]) == [{"ok": 1}, {"ok": 1}]
        assert client.execute_batch([QUERY, MUTATION]) == [{"ok": 1}, {"ok": 1}]
        assert len(server.requests) == 3


@pytest.mark.parametrize("missed", [1, 2])
def test_a_batch_that_is_lost_when_it_is_repeated(client_for: ClientFor, missed: int) -> None:
    """Earlier results are kept; without any, the failure is raised."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(refusal([{"data": {"ok": 1}}, NOT_FOUND] if missed == 1 else [NOT_FOUND, NOT_FOUND]))
        connection.read_request()
        connection.reset()

    with WireServer(script) as server, client_for(server.url) as client:
        if missed == 2:
            with pytest.raises(TransportConnectionFailed):
                client.execute_batch_results([MUTATION, MUTATION])
            return
        first, second = client.execute_batch_results([MUTATION, MUTATION])
        assert getattr(first, "data", None) == {"ok": 1}
        assert isinstance(second, TransportConnectionFailed)


def test_another_failure_of_a_batch_is_raised(client_for: ClientFor) -> None:
    """It is raised after one request."""
    with (
        WireServer(always(answer(b"no", status="500 Error", content_type="text/plain"))) as server,
        client_for(server.url) as client,
    ):
        with pytest.raises(TransportServerError):
            client.execute_batch([QUERY, QUERY])
        assert len(server.requests) == 1


def test_automatic_batches_carry_hashes() -> None:
    """Missing documents are sent in a later batch."""
    options: dict[str, Any] = {"persisted_documents": "automatic", "batch_interval": 5, "batch_max": 2}
    with HashServer() as server, Client(server.url, **options) as client:
        futures = [client.submit(QUERY, {"value": value}) for value in (1, 2)]
        assert [future.result(PATIENCE) for future in futures] == [{"ok": 1}, {"ok": 2}]
    assert [["query" in each for each in batch] for batch in server.members] == [[False, False], [True, True]]


@pytest.mark.parametrize("code", ["QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_NOT_IN_LIST"])
def test_p13_a_safelist_error_is_not_a_miss(client_for: ClientFor, code: str) -> None:
    """GraphQL Yoga sends it with the message of a miss."""
    errors = [{"message": "PersistedQueryNotFound", "extensions": {"code": code}}]
    with HashServer(refusal({"errors": errors})) as server, client_for(server.url) as client:
        with pytest.raises(TransportQueryError):
            client.execute(QUERY)
        assert len(server.sent) == 1


@pytest.mark.parametrize("file", [FileVar(b"..."), io.BytesIO(b"...")])
def test_an_upload_has_its_document(strawberry_server: Server, file: Any) -> None:
    """It has no hash, because its files may be readable only once. Other requests of the client have one."""
    document = "mutation ($file: Upload!) { upload(file: $file) { size } }"
    with Client(strawberry_server.url, persisted_documents="automatic") as client:
        client.execute_result(document, {"file": file})
    [entry] = strawberry_server.seen("request")
    assert "persistedQuery" not in entry["body"]
    assert "mutation ($file: Upload!)" in entry["body"]


def test_a_subscription_over_a_websocket_has_its_document(strawberry_server: Server) -> None:
    """Its protocols require it; a trusted document is checked nevertheless."""
    count = "subscription { count(to: 2) }"
    for option in ("automatic", {"1": count}):
        with Client(strawberry_server.url, persisted_documents=option) as client:
            assert next(client.subscribe(count)) == {"count": 1}
    message = strawberry_server.wait_for("ws_message", message={"type": "subscribe"})["message"]
    assert message["payload"] == {"query": count}


def test_a_hash_and_its_document_are_one_attempt() -> None:
    """A retry begins with the hash again, and a lost document of a mutation may have been received."""
    last = answer(json.dumps(NOT_FOUND).encode(), "Connection: close")  # a lost idle connection would be retried

    def script(connection: WireConnection) -> None:
        request = connection.read_request()
        if request is None or b'"query"' in request.body:
            connection.reset()
        else:
            connection.send(last)

    with WireServer(script) as server, Client(server.url, persisted_documents="automatic", retry=2) as client:
        with pytest.raises(TransportConnectionFailed) as caught:
            client.execute(MUTATION)
        assert (caught.value.attempts, caught.value.sent, len(server.requests)) == (1, None, 2)
        with pytest.raises(TransportConnectionFailed) as caught:
            client.execute(QUERY)
        assert (caught.value.attempts, len(server.requests)) == (2, 6)
    assert [b'"query"' in request.body for request in server.requests] == [False, True] * 3


def test_both_requests_share_the_limit_of_the_call() -> None:
    """The second one has the time that is left."""
    operation = Operation(GraphQLRequest(QUERY), Deadline(1000))
    operation.deadline.end = time.monotonic() + 5  # as if much of it had passed
    sent: list[Operation] = []

    def call_next(passed: Operation) -> ExecutionResult:
        sent.append(passed)
        return ExecutionResult(None, NOT_FOUND["errors"])

    AutomaticPersistedQueries().execute(operation, call_next)
    first, second = (each.deadline for each in sent)
    assert second is not first
    assert 0 < (second.left() or 0) <= 5


def test_incremental_documents_are_hashed(apollo_server: StreamServer) -> None:
    """``execute`` sends the hash of a document with ``@defer``; ``stream`` sends the document."""
    document = "query Deferred { book { id ... @defer { title } } }"
    with Client(apollo_server.url, persisted_documents="automatic") as client:
        whole = client.execute(document)
        assert client.execute(document) == whole
        assert list(client.stream(document))[-1] == whole
    bodies = [json.loads(entry["body"]) for entry in apollo_server.seen("request")]
    assert ["query" in body for body in bodies] == [False, True, False, True]


@pytest.mark.parametrize("get", [False, True])
def test_apollo_server_stores_documents(apollo_server: StreamServer, client_for: ClientFor, get: bool) -> None:
    """It responds to a miss with 200."""
    document = f"query New{uuid.uuid4().hex} {{ hello }}"
    with client_for(apollo_server.url, get=get) as client:
        for _ in range(2):
            assert client.execute(document) == {"hello": "Hello world!"}
        assert client.execute(ADD, {"a": 1, "b": 2}) == {"add": 3}
    requests = apollo_server.seen("request")[:3]
    assert [entry["method"] for entry in requests] == (["GET", "POST", "GET"] if get else ["POST"] * 3)
    assert ['"query"' in entry["body"] for entry in requests] == [False, True, False]


@pytest.mark.parametrize("get", [False, True])
def test_yoga_stores_documents(yoga_apq_server: StreamServer, client_for: ClientFor, get: bool) -> None:
    """It responds to a miss with 404, also in a batch."""
    document = f"query New{uuid.uuid4().hex} {{ hello }}"
    with client_for(yoga_apq_server.url, get=get) as client:
        for _ in range(2):
            assert client.execute(document) == {"hello": "Hello world!"}
        other = GraphQLRequest(f"mutation New{uuid.uuid4().hex} {{ add(a: 1, b: 2) }}")
        assert client.execute_batch([document, other]) == [{"hello": "Hello world!"}, {"add": 3}]
    requests = yoga_apq_server.seen("request")
    assert [entry["method"] for entry in requests][:3] == (["GET", "POST", "GET"] if get else ["POST"] * 3)
    batches = [json.loads(entry["body"]) for entry in requests[3:]]
    assert [["query" in each for each in batch] for batch in batches] == [[False, False], [True]]


def test_p11_trusted_documents_are_sent_as_ids(yoga_trusted_server: StreamServer, client_for: ClientFor) -> None:
    """This applies to single requests and batches; the server executes nothing else."""
    with client_for(yoga_trusted_server.url, persisted_documents=DOCUMENTS) as client:
        assert client.execute(HELLO, {"name": "Ada"}) == {"hello": "Hello Ada!"}
        requests = [GraphQLRequest(ADD, {"a": 1, "b": 2}), GraphQLRequest(HELLO, {"name": "Bob"})]
        assert client.execute_batch(requests) == [{"add": 3}, {"hello": "Hello Bob!"}]
    first, batch = [json.loads(entry["body"]) for entry in yoga_trusted_server.seen("request")]
    assert first == {"documentId": "hello", "variables": {"name": "Ada"}}
    assert [members["documentId"] for members in batch] == ["add", "hello"]
    with Client(yoga_trusted_server.url) as client, pytest.raises(TransportQueryError, match="PersistedQueryOnly"):
        client.execute(HELLO, {"name": "Ada"})


def test_p11_ids_by_get(client_for: ClientFor) -> None:
    """Parameters are in the canonical order; a mutation is sent by POST, although its text is not sent."""
    documents = TrustedDocuments({"q": QUERY, "m": MUTATION}, member="id")
    with (
        WireServer(always(answer())) as server,
        client_for(server.url, get=True, persisted_documents=documents) as client,
    ):
        client.execute(QUERY, {"value": 1}, "Q", extensions={"a": 1})
        client.execute(MUTATION)
        query, mutation = server.requests
    expected = "/graphql?id=q&operationName=Q&variables=%7B%22value%22%3A1%7D&extensions=%7B%22a%22%3A1%7D"
    assert (query.method, query.target) == ("GET", expected)
    assert (mutation.method, mutation.body) == ("POST", b'{"id":"m"}')


def test_an_id_in_the_extension_of_hashes(yoga_trusted_server: StreamServer, client_for: ClientFor) -> None:
    """This is what GraphQL Yoga reads from a GET."""
    documents = TrustedDocuments(DOCUMENTS, member="extensions.persistedQuery")
    with client_for(yoga_trusted_server.url, get=True, persisted_documents=documents) as client:
        assert client.execute(HELLO, {"name": "Ada"}) == {"hello": "Hello Ada!"}


def test_p12_an_id_that_the_server_does_not_know(yoga_trusted_server: StreamServer, client_for: ClientFor) -> None:
    """The error is raised and names the id, and nothing else is sent."""
    with (
        client_for(yoga_trusted_server.url, persisted_documents=DOCUMENTS) as client,
        pytest.raises(TransportQueryError) as caught,
    ):
        client.execute(DOCUMENTS["unregistered"])
    assert caught.value.codes == ("PERSISTED_QUERY_NOT_IN_LIST",)
    assert "The server does not know the id 'unregistered'" in str(caught.value)
    assert len(yoga_trusted_server.seen("request")) == 1


def test_p12_an_unknown_id_with_a_status(client_for: ClientFor) -> None:
    """The error has the status and names the id; other errors are as the server sent them."""
    body = json.dumps(NOT_FOUND).encode()
    with (
        WireServer(
            always(answer(body, status="502 Bad Gateway"), answer(b'{"errors": [{"message": "no"}]}'))
        ) as server,
        client_for(server.url, persisted_documents=DOCUMENTS) as client,
    ):
        with pytest.raises(TransportServerError, match=r"502.*does not know the id 'hello'") as caught:
            client.execute(HELLO, {"name": "Ada"})
        assert caught.value.codes == ("PERSISTED_QUERY_NOT_FOUND",)
        with pytest.raises(TransportQueryError, match=r"^no$"):
            client.execute(HELLO, {"name": "Ada"})


def test_p12_an_unknown_id_in_a_batch(client_for: ClientFor) -> None:
    """Each error names the id of its request."""
    body = json.dumps([NOT_FOUND, {"data": {"add": 1}}]).encode()
    with (
        WireServer(always(answer(body))) as server,
        client_for(server.url, persisted_documents=DOCUMENTS) as client,
    ):
        requests = [GraphQLRequest(HELLO, {"name": "Ada"}), GraphQLRequest(ADD, {"a": 1, "b": 2})]
        first, second = client.execute_batch_results(requests)
    assert isinstance(first, ExecutionResult)
    assert "does not know the id 'hello'" in (first.errors or [{}])[0]["message"]
    assert second == ExecutionResult({"add": 1})


def test_an_unknown_document_is_not_sent(client_for: ClientFor) -> None:
    """This applies to batches and subscriptions, too."""
    with HashServer() as server, client_for(server.url, persisted_documents=DOCUMENTS) as client:
        with pytest.raises(DocumentError, match=r"persisted_documents=.*It was not sent: \{ secret \}"):
            client.execute("{ secret }")
        with pytest.raises(DocumentError, match=r"a{80}\.\.\.$"):
            client.execute_batch([HELLO, "query b" + "a" * 200 + " { a }"])
        with pytest.raises(DocumentError):
            client.subscribe("subscription { other }")
        with pytest.raises(DocumentError, match="schema="):
            _ = client.schema
        with pytest.raises(DocumentError):
            client.submit("{ secret }").result(PATIENCE)
    assert server.sent == []


def test_a_subscription_over_http_has_its_id(yoga_trusted_server: StreamServer) -> None:
    """Server-sent events begin with an ordinary request; so does ``stream``."""
    url = yoga_trusted_server.url
    documents = {**DOCUMENTS, "hello": HELLO}
    with Client(url, subscriptions=EventStreamTransport(url), persisted_documents=documents) as client:
        assert list(client.subscribe(COUNT)) == [{"count": 1}, {"count": 2}]
        assert list(client.stream(HELLO, {"name": "Ada"})) == [{"hello": "Hello Ada!"}]
    with Client(url, persisted_documents=documents) as client:  # whose subscriptions go over a WebSocket
        assert list(client.stream(HELLO, {"name": "Bob"})) == [{"hello": "Hello Bob!"}]
    bodies = [json.loads(entry["body"]) for entry in yoga_trusted_server.seen("request")]
    assert [body["documentId"] for body in bodies] == ["count", "hello", "hello"]


def test_a_subscription_that_reconnects_keeps_its_id() -> None:
    """This includes other variables from ``on_reconnect``."""
    document = "subscription ($after: Int) { n(after: $after) }"
    held = Held()
    streams = [
        Stream([SSE.start, SSE.n(1)]),
        Stream([SSE.start, SSE.n("old"), held], end="open"),
        Stream([SSE.start, SSE.n(2), SSE.complete]),
    ]
    with WireServer(*streams) as server:
        transport = EventStreamTransport(server.url, reconnect=SOON)
        client = Client(server.url, subscriptions=transport, persisted_documents={"1": document})
        events = client.subscribe(document, {"after": 0}, on_reconnect=lambda seconds: {"after": 1})
        assert list(events) == [{"n": 1}, {"n": 2}]
        held.release()
        client.close()
    bodies = [json.loads(request.body) for request in server.requests]
    assert bodies == [{"documentId": "1", "variables": {"after": value}} for value in (0, 0, 1)]


def test_an_upload_has_an_id() -> None:
    """A server of trusted documents would refuse the document."""
    document = "mutation ($file: Upload!) { ok(file: $file) }"
    with (
        WireServer(always(answer())) as server,
        Client(server.url, persisted_documents={"up": document}) as client,
    ):
        client.execute(document, {"file": FileVar(b"...")})
        [request] = server.requests
    assert b'{"documentId":"up","variables":{"file":null}}' in request.body


@pytest.mark.parametrize("option", ["automatic", {"1": "{ hello }"}])
def test_without_http_the_document_counts(option: Any) -> None:
    """A mock selects its answer by the document, and a schema in this process executes it."""
    with GraphQLMock() as mock, Client("http://localhost/graphql", persisted_documents=option) as client:
        mock.add("{ hello }", {"hello": "mock"})
        assert client.execute("{ hello }") == {"hello": "mock"}
    from graphql import build_schema

    local = LocalSchemaTransport(build_schema("type Query { hello: String }"), root_value={"hello": "local"})
    with Client(transport=local, persisted_documents=option) as client:
        assert client.execute("{ hello }") == {"hello": "local"}


@pytest.mark.parametrize("option", ["automatic", {"1": "{ hello }"}])
def test_a_websocket_for_everything_is_refused(option: Any) -> None:
    """Its documents are always sent."""
    with pytest.raises(TypeError, match="persisted_documents= has no effect on a WebSocket"):
        Client("ws://localhost/graphql", persisted_documents=option)
    with pytest.raises(TypeError, match="persisted_documents= has no effect on a WebSocket"):
        Client(transport=AIOHTTPWebsocketsTransport("ws://localhost/graphql"), persisted_documents=option)


def test_the_option_can_be_combined_with_a_transport() -> None:
    """It belongs to the client, whatever the transport."""
    with (
        HashServer() as server,
        Client(transport=AIOHTTPTransport(server.url), persisted_documents="automatic") as client,
    ):
        assert client.execute(QUERY) == {"ok": True}
    assert server.methods == ["POST", "POST"]
