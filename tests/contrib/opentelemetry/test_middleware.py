"""The OpenTelemetry middleware, with the real SDK and a server that is instrumented."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from opentelemetry import baggage, context
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.trace import SpanKind, StatusCode

from syncgql import (
    Client,
    RetryPolicy,
)
from syncgql.contrib.opentelemetry import OpenTelemetry, trace_headers

from ...fix_servers import Server
from ...servers.wire import WireServer, always, answer
from .conftest import DURATION, Telemetry, id_of, ids, parent_of

SPAN = "query Span { span { trace parent } }"


def test_a_query_is_a_span(telemetry: Telemetry, traced_server: Server) -> None:
    """Its name, kind and attributes follow the conventions, and its duration is recorded."""
    with Client(traced_server.url, middleware=[telemetry.middleware()]) as client:
        client.execute(SPAN)
    (span,) = telemetry.spans
    host, port = traced_server.url.split("/")[2].split(":")
    known = {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Span",
        "server.address": host,
        "server.port": int(port),
    }
    assert (span.name, span.kind, span.status.status_code) == ("query Span", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        **known,
        "http.response.status_code": 200,
        "network.protocol.name": "http",
    }
    assert telemetry.metric(DURATION) == [(known, 1)]
    assert telemetry.metric("syncgql.client.active_operations") == [(known, 0)]


def test_the_server_continues_the_trace(telemetry: Telemetry, traced_server: Server) -> None:
    """Its span is a child of the client's, whose parent is the caller's; futures and threads have the same parent."""
    client = Client(traced_server.url, middleware=[telemetry.middleware()])
    with client, telemetry.tracer.start_as_current_span("view") as view, ThreadPoolExecutor() as threads:
        answers = [
            client.execute(SPAN),
            client.submit(SPAN).result(30),
            threads.submit(copy_context().run, lambda: client.execute(SPAN)).result(30),
        ]
    *calls, _ = telemetry.spans
    assert [each["span"] for each in answers] == [ids(call) for call in calls]
    assert [parent_of(call) for call in calls] == [view.get_span_context().span_id] * 3


def test_each_request_of_execute_many_is_a_span(telemetry: Telemetry, traced_server: Server) -> None:
    """All have the caller's span as their parent, whichever threads send them."""
    client = Client(traced_server.url, middleware=[telemetry.middleware()])
    with client, telemetry.tracer.start_as_current_span("job") as job:
        answers = list(client.execute_many([SPAN] * 4, concurrency=2))
    *calls, _ = telemetry.spans
    assert [parent_of(call) for call in calls] == [job.get_span_context().span_id] * 4
    assert {each["span"]["parent"] for each in answers} == {ids(call)["parent"] for call in calls}


def test_baggage_is_sent(telemetry: Telemetry, traced_server: Server) -> None:
    """It goes with the trace; with ``propagate=False``, neither is sent."""
    token = context.attach(baggage.set_baggage("user", "ada"))
    try:
        with Client(traced_server.url, middleware=[telemetry.middleware()]) as client:
            assert client.execute("{ span { user } }") == {"span": {"user": "ada"}}
        with Client(traced_server.url, middleware=[telemetry.middleware(propagate=False)]) as client:
            assert client.execute("{ span { user parent } }") == {"span": {"user": None, "parent": None}}
    finally:
        context.detach(token)


def test_the_headers_of_a_call_come_first(telemetry: Telemetry) -> None:
    """A call that has its own ``traceparent`` keeps it, and its other headers."""
    with WireServer(always(answer())) as server, Client(server.url, middleware=[telemetry.middleware()]) as client:
        client.execute("{ ok }", headers={"traceparent": "mine", "X-A": "1"})
    request = server.requests[0]
    assert [value for name, value in request.headers if name == "traceparent"] == ["mine"]
    assert request.header("x-a") == "1"


def test_variables_are_not_recorded(telemetry: Telemetry, strawberry_server: Server) -> None:
    """Neither they nor literals are in a span; the document is there only if asked for."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware(document=True)]) as client:
        client.execute('query ($name: String!) { hello(name: $name) b: hello(name: "hunter1") }', {"name": "hunter2"})
    (span,) = telemetry.spans
    assert "hunter" not in span.to_json()
    assert 'b: hello(name: "")' in str((span.attributes or {})["graphql.document"])


def test_a_batch_is_one_span(telemetry: Telemetry) -> None:
    """The errors of all its entries are events."""
    both = answer(b'[{"data": {"ok": 1}}, {"errors": [{"message": "No"}]}]')
    with WireServer(always(both)) as server, Client(server.url, middleware=[telemetry.middleware()]) as client:
        client.execute_batch_results(["{ ok }", "{ ok }"])
    (span,) = telemetry.spans
    assert span.name == "batch"
    assert (span.attributes or {})["syncgql.batch.size"] == 2
    assert [event.name for event in span.events] == ["graphql.error"]
    assert ids(span)["parent"] in (server.requests[0].header("traceparent") or "")


def test_retries_are_events(telemetry: Telemetry) -> None:
    """``on_retry`` adds an event to the span of the call, and counts."""
    middleware = telemetry.middleware()
    policy = RetryPolicy(base=0, on_retry=middleware.on_retry)
    answers = always(answer(b"", status="503 Busy"), answer())
    with WireServer(answers) as server, Client(server.url, middleware=[middleware], retry=policy) as client:
        client.execute("{ ok }")
    (span,) = telemetry.spans
    ((event),) = span.events
    assert event.name == "retry"
    assert dict(event.attributes or {}) == {"error.type": "503", "syncgql.retry.delay": 0}
    assert telemetry.metric("syncgql.client.retries") == [({"error.type": "503"}, 1)]
    assert span.status.status_code is StatusCode.UNSET


def test_each_attempt_is_a_child_span_with_the_instrumentation_of_aiohttp(telemetry: Telemetry) -> None:
    """OpenTelemetry's own instrumentation sees each HTTP request, in the trace of the call."""
    instrumentor = AioHttpClientInstrumentor()
    instrumentor.instrument(tracer_provider=telemetry.tracer_provider)
    try:
        answers = always(answer(b"", status="503 Busy"), answer())
        middleware = telemetry.middleware()
        with WireServer(answers) as server, Client(server.url, middleware=[middleware], retry=True) as client:
            client.execute("{ ok }")
    finally:
        instrumentor.uninstrument()
    first, second, call = telemetry.spans
    assert call.name == "query"
    assert [parent_of(span) for span in (first, second)] == [id_of(call)] * 2
    for request, span in zip(server.requests, (first, second), strict=True):
        assert ids(span)["parent"] in (request.header("traceparent") or "")


def test_a_subscription_is_a_span_of_its_start(telemetry: Telemetry, traced_server: Server) -> None:
    """The server continues the trace from the handshake; events are counted."""
    middleware = telemetry.middleware()
    with Client(traced_server.url, headers=trace_headers, middleware=[middleware]) as client:
        events = list(client.subscribe("subscription Spans { spans { trace parent } }"))
    (span,) = telemetry.spans
    assert span.name == "subscription Spans"
    assert events == [{"spans": ids(span)}]
    ((attributes, count),) = telemetry.metric("syncgql.client.subscription.events")
    assert (attributes["graphql.operation.name"], count) == ("Spans", 1)


def test_the_trace_in_connection_init(telemetry: Telemetry, strawberry_server: Server) -> None:
    """A server that does not see the headers of the handshake finds the trace there."""
    middleware = telemetry.middleware()
    with Client(strawberry_server.url, init_payload=trace_headers, middleware=[middleware]) as client:
        list(client.subscribe("subscription { count(to: 1) }"))
    (span,) = telemetry.spans
    message = strawberry_server.wait_for("ws_message", message={"type": "connection_init"})["message"]
    assert ids(span)["parent"] in message["payload"]["traceparent"]


def test_a_client_with_the_middleware_pickles() -> None:
    """The copy uses the providers of its process."""
    middleware = OpenTelemetry(document=True)
    policy = RetryPolicy(on_retry=middleware.on_retry)
    client = Client("http://127.0.0.1:1/graphql", middleware=[middleware], retry=policy)
    with pickle.loads(pickle.dumps(client)) as copy:
        assert repr(copy) == repr(client)
    client.close()
