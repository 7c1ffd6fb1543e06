"""Query batching: what a batch may contain, and how its response is read."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from syncgql import (
    DocumentError,
    ExecutionResult,
    GraphQLRequest,
    Response,
    TransportAuthenticationError,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)
from syncgql.protocol import json_codec
from syncgql.protocol.batch import (
    batch_data,
    batch_payload,
    has_several_responses,
    parse_batch_response,
    results_or_raise,
)
from syncgql.protocol.http import HTTPResponse

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
REFUSAL = {"errors": [{"message": "Operation batching disabled."}]}


def parse(answer: Any, count: int, status: int = 200, media_type: str = JSON) -> list[Any]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    headers = CIMultiDict({"Content-Type": media_type} if media_type else {})
    response = HTTPResponse(Response(status, headers, "http://a/", 0.1), body)
    return parse_batch_response(response, count=count, json_deserialize=json_codec.loads)


def test_b01_the_payload_is_a_list_in_call_order() -> None:
    """Each member is the same as in a single request."""
    requests = [GraphQLRequest("{a}"), GraphQLRequest("query B($x: Int) {b(x: $x)}", {"x": 1}, "B")]
    assert batch_payload(requests) == [request.payload for request in requests]
    assert len(batch_payload(requests[:1])) == 1


def test_b02_responses_are_matched_by_position() -> None:
    """Entry i belongs to request i, and has the HTTP response."""
    results = parse([{"data": {"n": number}} for number in range(3)], 3)
    assert [result.data for result in results] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert all(result.response.status == 200 for result in results)


@pytest.mark.parametrize("length", [0, 1, 3])
def test_b03_a_wrong_number_of_responses_is_an_error(length: int) -> None:
    """The entries could not be matched; the error has their number."""
    with pytest.raises(TransportProtocolError, match=f"it has {length} entries for 2 requests") as caught:
        parse([{"data": {}}] * length, 2)
    assert caught.value.response is not None


def test_b04_one_error_object_is_the_response_to_every_request() -> None:
    """Each request has its own object."""
    first, second = parse({"data": None, **REFUSAL}, 2)
    assert first.errors == second.errors == REFUSAL["errors"]
    assert first.errors is not second.errors
    results = parse(REFUSAL, 2, 400)
    assert [result.errors for result in results] == [REFUSAL["errors"]] * 2
    assert results[0].response.status == 400


def test_b04_a_refusal_by_status_is_raised() -> None:
    """The whole batch failed."""
    with pytest.raises(TransportServerError, match=r"HTTP 400.*Batching is not enabled"):
        parse(b"Batching is not enabled", 2, 400, "text/plain")
    with pytest.raises(TransportServerError, match="HTTP 502"):
        parse(b"<html>Bad Gateway</html>", 2, 502, "text/html")
    with pytest.raises(TransportAuthenticationError, match="Not authorised") as caught:
        parse({"errors": [{"message": "Not authorised"}]}, 2, 401)
    assert caught.value.errors


def test_one_response_without_errors_to_several_requests_is_an_error() -> None:
    """A server without batches may execute only the first element, so the response cannot be attributed."""
    with pytest.raises(
        TransportProtocolError, match=r"it is one response to 2 requests\. Does the server support batching"
    ):
        parse({"data": {"a": 1}}, 2)
    assert parse({"data": {"a": 1}}, 1)[0].data == {"a": 1}


def test_b05_errors_of_one_do_not_disturb_the_others() -> None:
    """Neither errors in an entry nor an invalid entry affect the others."""
    answer, failed, broken, last = parse([{"data": {"a": 1}}, REFUSAL, {"oops": 1}, {"data": {"b": 2}}], 4)
    assert (answer.data, failed.errors, last.data) == ({"a": 1}, REFUSAL["errors"], {"b": 2})
    assert isinstance(broken, TransportProtocolError)
    assert "entry 3 is not a GraphQL response: it has neither data nor errors" in str(broken)
    assert pickle.loads(pickle.dumps(broken)).rule == broken.rule


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize("media_type", [JSON, GRAPHQL])
def test_b06_an_array_counts_under_a_status_of_failure(status: int, media_type: str) -> None:
    """One failing entry determines the status of the whole response; the others were executed."""
    good, bad = parse([{"data": {"a": 1}}, REFUSAL], 2, status, media_type)
    assert (good.data, good.errors) == ({"a": 1}, None)
    assert bad.errors == REFUSAL["errors"]
    assert good.response.status == status


def test_an_array_that_does_not_explain_its_status_is_not_trusted() -> None:
    """The status of a gateway, or a failure that no entry explains, is refused, except in graphql-response+json."""
    good = [{"data": {"a": 1}}, {"data": {"a": 2}}]
    with pytest.raises(TransportServerError, match="HTTP 500"):
        parse(good, 2, 500)
    assert [result.data for result in parse(good, 2, 500, GRAPHQL)] == [{"a": 1}, {"a": 2}]
    for status in 401, 429, 503:
        with pytest.raises(TransportServerError):
            parse([REFUSAL, REFUSAL], 2, status)
        assert len(parse([REFUSAL, REFUSAL], 2, status, GRAPHQL)) == 2
    with pytest.raises(TransportServerError, match="a redirect"):
        parse([REFUSAL, REFUSAL], 2, 302)


def test_b07_entries_wrapped_in_payload_are_unwrapped() -> None:
    """Absinthe wraps the entries; a response that happens to have such a member is not changed."""
    wrapped, plain = parse([{"id": "1", "payload": {"data": {"a": 1}}}, {"data": {"b": 2}, "payload": {"data": {}}}], 2)
    assert (wrapped.data, plain.data) == ({"a": 1}, {"b": 2})
    assert isinstance(parse([{"payload": None}, {"payload": {}}], 2)[0], TransportProtocolError)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("subscription { a }", "is a subscription"),
        ("query Q { a { ...F @defer } } fragment F on A { b }", "uses @defer"),
        ("{ list @stream(initialCount: 1) }", "uses @stream"),
    ],
)
def test_b08_requests_with_several_responses_are_refused(document: str, why: str) -> None:
    """Subscriptions, @defer and @stream are refused; the error names the request in the batch."""
    assert has_several_responses(GraphQLRequest(document)) == why
    with pytest.raises(DocumentError, match=f"Request 2 of 2 in the batch {why}"):
        batch_payload([GraphQLRequest("{ a }"), GraphQLRequest(document)])


@pytest.mark.parametrize(
    "document",
    ["{ subscription }", 'query { a(text: "subscription @defer @stream") }', "{ a } # @defer", "mutation { a }"],
)
def test_b08_similar_words_are_accepted(document: str) -> None:
    """These words are allowed elsewhere in a document."""
    assert has_several_responses(GraphQLRequest(document)) == ""


def test_b08_the_operation_that_runs_counts() -> None:
    """A document may contain a subscription besides the selected query."""
    document = "query Q { a } subscription S { a }"
    assert has_several_responses(GraphQLRequest(document, operation_name="Q")) == ""
    assert has_several_responses(GraphQLRequest(document, operation_name="S")) == "is a subscription"


def test_b09_a_persisted_query_miss_is_the_error_of_its_entry() -> None:
    """The error belongs to its own request; the other entries are unaffected."""
    miss = {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
    missed, found = parse([miss, {"data": {"a": 1}}], 2)
    assert (missed.errors, found.data) == (miss["errors"], {"a": 1})


def test_b13_an_empty_batch_is_refused() -> None:
    with pytest.raises(DocumentError, match="at least one request"):
        batch_payload([])


def test_a_body_that_is_not_json() -> None:
    """The rules are those for a single request; the media type does not decide."""
    with pytest.raises(TransportProtocolError, match="not JSON"):
        parse(b"[{", 1)
    with pytest.raises(TransportProtocolError, match="is empty"):
        parse(b"", 2)
    for media_type, body in [("text/html", b"<p>"), ("multipart/mixed; boundary=-", b"---"), ("text/plain", b"No.")]:
        with pytest.raises(TransportProtocolError, match="not JSON"):
            parse(body, 1, media_type=media_type)
    for media_type in "", "text/plain", "text/html":
        assert parse([{"data": {}}], 1, media_type=media_type)[0].data == {}


def test_data_or_the_first_error() -> None:
    """All data, or the first error with the number of its request; an invalid entry is raised."""
    assert batch_data(parse([{"data": {"a": 1}}, {"data": {"b": 2}}], 2)) == [{"a": 1}, {"b": 2}]
    with pytest.raises(TransportQueryError, match=r"^Request 2 of 3: Operation batching disabled\.$") as caught:
        batch_data(parse([{"data": {"a": 1}}, REFUSAL, {}], 3))
    assert caught.value.errors == REFUSAL["errors"]
    assert caught.value.response is not None
    with pytest.raises(TransportProtocolError, match="entry 1 is not a GraphQL response"):
        batch_data(parse([1, REFUSAL], 2))


def test_results_or_raise() -> None:
    """Errors in a response are part of it; an invalid entry is not a response."""
    results = parse([{"data": {"a": 1}}, REFUSAL], 2)
    assert results_or_raise(results) == results
    with pytest.raises(TransportProtocolError, match="entry 2"):
        results_or_raise(parse([{"data": {"a": 1}}, 2], 2))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "errors", "payload", "message", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(json_values, max_size=4) | json_values,
    st.integers(1, 4),
    st.sampled_from([200, 204, 302, 304, 400, 401, 429, 500, 503]),
    st.sampled_from([JSON, GRAPHQL, "text/html", ""]),
)
def test_any_response_is_one_entry_for_each_request_or_an_error(
    answer: Any, count: int, status: int, media_type: str
) -> None:
    """For any response, each request has an outcome, and only our errors are raised."""
    try:
        results = parse(answer, count, status, media_type)
    except TransportError:
        return
    assert len(results) == count
    assert all(isinstance(result, ExecutionResult | TransportError) for result in results)
