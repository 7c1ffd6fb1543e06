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
    RateLimit,
    RetryPolicy,
)
from syncgql.contrib.opentelemetry import OpenTelemetry, trace_headers

from ...fix_servers import Server
from ...servers.wire import WireServer, always, answer
from .conftest import DURATION, Telemetry, id_of, ids, parent_of

SPAN = "query Span { span { trace parent } }"


def test_a_query_is_a_span(telemetry: Telemetry, traced_server: Server) -> None:
    """Its name, kind and attributes follow the conventions, and its duration and attempts are recorded."""
    with Client(traced_server.url, middleware=[telemetry.middleware()]) as client:
        client.execute(SPAN)
    attempt, span = telemetry.spans
    host, port = traced_server.url.split("/")[2].split(":")
    known = {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Span",
        "server.address": host,
        "server.port": int(port),
    }
    assert (span.name, span.kind, span.status.status_code) == ("query Span", SpanKind.CLIENT, StatusCode.UNSET)
    assert (attempt.name, attempt.kind) == ("query Span attempt", SpanKind.CLIENT)
    answered = {**known, "http.response.status_code": 200, "network.protocol.name": "http"}
    assert [dict(each.attributes or {}) for each in (attempt, span)] == [answered, answered]
    assert telemetry.metric(DURATION) == [(known, 1)]
    assert telemetry.metric("syncgql.client.operation.attempts") == [(known, 1)]
    assert telemetry.metric("syncgql.client.active_operations") == [(known, 0)]


def test_the_server_continues_the_trace(telemetry: Telemetry, traced_server: Server) -> None:
    """Its span is a child of the attempt's, and that of the call's, whose parent is the caller's in every thread."""
    client = Client(traced_server.url, middleware=[telemetry.middleware()])
    with client, telemetry.tracer.start_as_current_span("view") as view, ThreadPoolExecutor() as threads:
        answers = [
            client.execute(SPAN),
            client.submit(SPAN).result(30),
            threads.submit(copy_context().run, lambda: client.execute(SPAN)).result(30),
        ]
    assert [each["span"] for each in answers] == [ids(attempt) for attempt in telemetry.attempts]
    assert [parent_of(attempt) for attempt in telemetry.attempts] == [id_of(call) for call in telemetry.calls]
    assert [parent_of(call) for call in telemetry.calls] == [view.get_span_context().span_id] * 3


def test_each_request_of_execute_many_is_a_span(telemetry: Telemetry, traced_server: Server) -> None:
    """All have the caller's span as their parent, in any thread."""
    client = Client(traced_server.url, middleware=[telemetry.middleware()])
    with client, telemetry.tracer.start_as_current_span("job") as job:
        answers = list(client.execute_many([SPAN] * 4, concurrency=2))
    assert [parent_of(call) for call in telemetry.calls] == [job.get_span_context().span_id] * 4
    assert {parent_of(attempt) for attempt in telemetry.attempts} == {id_of(call) for call in telemetry.calls}
    assert {each["span"]["parent"] for each in answers} == {ids(each)["parent"] for each in telemetry.attempts}


def test_baggage_is_sent(telemetry: Telemetry, traced_server: Server) -> None:
    """It is sent with the trace; with ``propagate=False``, neither is sent."""
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


def test_a_query_over_a_websocket_has_no_headers(telemetry: Telemetry, strawberry_server: Server) -> None:
    """It is sent all the same, and recorded."""
    with Client(strawberry_server.ws_url, middleware=[telemetry.middleware()]) as client:
        client.execute("query Hello { hello }")
    assert [span.name for span in telemetry.spans] == ["query Hello attempt", "query Hello"]


def test_variables_are_not_recorded(telemetry: Telemetry, strawberry_server: Server) -> None:
    """Spans contain neither variables nor literals; the document is optional."""
    with Client(strawberry_server.url, middleware=[telemetry.middleware(document=True)]) as client:
        client.execute('query ($name: String!) { hello(name: $name) b: hello(name: "hunter1") }', {"name": "hunter2"})
    assert not any("hunter" in span.to_json() for span in telemetry.spans)
    (span,) = telemetry.calls
    assert 'b: hello(name: "")' in str((span.attributes or {})["graphql.document"])


def test_a_batch_is_one_span(telemetry: Telemetry) -> None:
    """The errors of all its entries are events. Its attempts are child spans."""
    both = answer(b'[{"data": {"ok": 1}}, {"errors": [{"message": "No"}]}]')
    with WireServer(always(both)) as server, Client(server.url, middleware=[telemetry.middleware()]) as client:
        client.execute_batch_results(["{ ok }", "{ ok }"])
    attempt, span = telemetry.spans
    assert (attempt.name, span.name) == ("batch attempt", "batch")
    assert (span.attributes or {})["syncgql.batch.size"] == 2
    assert [event.name for event in span.events] == ["graphql.error"]
    assert ids(attempt)["parent"] in (server.requests[0].header("traceparent") or "")


def test_merged_queries_share_an_attempt(telemetry: Telemetry, traced_server: Server) -> None:
    """Each has its own span; the headers of a trace do not keep them apart."""
    middleware = telemetry.middleware()
    with Client(traced_server.url, middleware=[middleware], deduplicate=True) as client:
        list(client.execute_many([SPAN] * 20, concurrency=10))
    assert len(telemetry.calls) == 20
    parents = [parent_of(attempt) for attempt in telemetry.attempts]
    assert len(set(parents)) == len(parents) < 20


def test_each_attempt_is_a_child_span(telemetry: Telemetry) -> None:
    """Spans of attempts count retries, and each attempt sends its own headers; the call has the last outcome."""
    answers = always(answer(b"", status="503 Busy"), answer())
    policy, middleware = RetryPolicy(base=0), telemetry.middleware()
    with WireServer(answers) as server, Client(server.url, middleware=[middleware], retry=policy) as client:
        client.execute("{ ok }")
    first, second, call = telemetry.spans
    assert (call.name, call.status.status_code) == ("query", StatusCode.UNSET)
    assert [parent_of(span) for span in (first, second)] == [id_of(call)] * 2
    assert (first.attributes or {})["error.type"] == "503"
    assert (second.attributes or {})["http.request.resend_count"] == 1
    for request, span in zip(server.requests, (first, second), strict=True):
        assert ids(span)["parent"] in (request.header("traceparent") or "")
    ((attributes, count),) = telemetry.metric("syncgql.client.retries")
    assert (attributes["error.type"], count) == ("503", 1)


def test_the_instrumentation_of_aiohttp_continues_the_trace(telemetry: Telemetry) -> None:
    """Its HTTP spans, on the loop thread, are children of the attempts'."""
    instrumentor = AioHttpClientInstrumentor()
    instrumentor.instrument(tracer_provider=telemetry.tracer_provider)
    try:
        middleware = telemetry.middleware()
        with WireServer(always(answer())) as server, Client(server.url, middleware=[middleware]) as client:
            client.execute("{ ok }")
    finally:
        instrumentor.uninstrument()
    http, attempt, _ = telemetry.spans
    assert parent_of(http) == id_of(attempt)


def test_the_wait_for_a_rate_limit_is_a_metric(telemetry: Telemetry) -> None:
    """Each attempt that had to wait counts; the first one did not wait."""
    attempts = 0
    with (
        WireServer(always(answer())) as server,
        Client(server.url, middleware=[telemetry.middleware()], rate_limit=RateLimit(1)) as client,
    ):
        while not telemetry.metric("syncgql.client.rate_limit.wait"):
            client.execute("{ ok }")
            attempts += 1
    assert attempts > 1
    ((_, count),) = telemetry.metric("syncgql.client.rate_limit.wait")
    assert count == 1


def test_two_middlewares_do_not_affect_each_other(telemetry: Telemetry) -> None:
    """Each attempt belongs to the call of the same middleware."""
    both = [telemetry.middleware(), telemetry.middleware()]
    with WireServer(always(answer())) as server, Client(server.url, middleware=both) as client:
        client.execute("{ ok }")
    assert [span.name for span in telemetry.spans] == ["query attempt"] * 2 + ["query"] * 2
    assert sum(count for _, count in telemetry.metric("syncgql.client.operation.attempts")) == 2


def test_a_subscription_is_one_span(telemetry: Telemetry, traced_server: Server) -> None:
    """It lasts until the subscription ends. The server continues the trace from the handshake; events are counted."""
    middleware = telemetry.middleware()
    with Client(traced_server.url, headers=trace_headers, middleware=[middleware]) as client:
        events = client.subscribe("subscription Spans { spans { trace parent } }")
        received = [next(events)]
        assert telemetry.spans == []
        received += events
    (span,) = telemetry.spans
    assert span.name == "subscription Spans"
    assert received == [{"spans": ids(span)}]
    assert (span.attributes or {})["syncgql.subscription.events"] == 1
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
    client = Client("http://127.0.0.1:1/graphql", middleware=[OpenTelemetry(document=True)])
    with pickle.loads(pickle.dumps(client)) as copy:
        assert repr(copy) == repr(client)
    client.close()
