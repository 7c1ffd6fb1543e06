"""The meaning of an HTTP response, and the bytes of a request."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from syncgql import (
    DocumentError,
    ExecutionResult,
    GraphQLRequest,
    Response,
    SyncGQLError,
    TransportAuthenticationError,
    TransportProtocolError,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
)
from syncgql.protocol import json_codec
from syncgql.protocol.graphql_response import data_or_raise
from syncgql.protocol.http import (
    HTTPResponse,
    content_type,
    encode_request,
    parse_http_response,
    public_url,
    retry_after,
)

MODERN = "application/graphql-response+json"
JSON = "application/json"
ERRORS = b'{"errors": [{"message": "m"}]}'
URL = "http://user:secret@example.test:8000/graphql?key=secret#secret"


def parse(
    body: bytes | str, type: str | None = JSON, status: int = 200, headers: Mapping[str, str] | None = None
) -> ExecutionResult:
    all_headers = CIMultiDict(headers or {})
    if type is not None:
        all_headers["Content-Type"] = type
    response = Response(status, all_headers, URL, 0.5, retry_after(all_headers))
    return parse_http_response(
        HTTPResponse(response, body if isinstance(body, bytes) else body.encode()), json_deserialize=json_codec.loads
    )


@pytest.mark.parametrize("status", [200, 294, 400, 401, 403, 404, 422, 429, 500, 502, 503])
def test_h05_graphql_response_is_the_response_at_any_status(status: int) -> None:
    """A body of type graphql-response+json is the response, whatever the status."""
    result = parse(ERRORS, MODERN, status)
    assert result.errors == [{"message": "m"}]
    assert result.response is not None
    assert result.response.status == status


@pytest.mark.parametrize("body", ["<html>", "", "[]", '{"errors": []}', '{"data": 1}', "{}"])
@pytest.mark.parametrize("status", [200, 500])
def test_h06_body_that_is_not_a_graphql_response(body: str, status: int) -> None:
    """A body that does not match its type is an error of the server, and the exception has the status."""
    with pytest.raises(TransportProtocolError, match=f"HTTP {status}, but (the response|it) is") as info:
        parse(body, MODERN, status)
    assert info.value.response is not None
    assert info.value.response.status == status
    assert info.value.received == body


def test_h07_errors_alone() -> None:
    """A response with only errors is a result; ``execute`` raises them."""
    result = parse(ERRORS)
    assert result.errors == [{"message": "m"}]
    with pytest.raises(TransportQueryError, match="m"):
        data_or_raise(result)


@pytest.mark.parametrize("status", [400, 404, 405, 413, 422, 500, 501])
def test_h08_errors_as_plain_json_with_another_status(status: int) -> None:
    """A valid response with errors is also accepted as plain JSON; the result has the status."""
    result = parse(ERRORS, JSON, status)
    with pytest.raises(TransportQueryError, match="m") as info:
        data_or_raise(result)
    assert info.value.response is not None
    assert info.value.response.status == status


@pytest.mark.parametrize("status", [401, 403, 407, 429, 502, 503, 504])
def test_h08_statuses_that_speak_for_a_gateway(status: int) -> None:
    """Plain JSON with the status of a gateway or an access check is not a response; its errors can be read."""
    kinds = {401: TransportAuthenticationError, 403: TransportAuthenticationError, 429: TransportRateLimited}
    with pytest.raises(TransportServerError, match=f"HTTP {status}.*m") as info:
        parse('{"errors": [{"message": "m", "type": "T"}], "data": {"a": 1}}', JSON, status)
    assert type(info.value) is kinds.get(status, TransportServerError)
    assert info.value.errors == [{"message": "m", "type": "T"}]
    assert info.value.data == {"a": 1}
    assert info.value.code == status


def test_h08_data_alone_with_another_status() -> None:
    """A response without errors but with an error status is not trusted; its data can be read."""
    with pytest.raises(TransportServerError, match="HTTP 500") as info:
        parse('{"data": {"a": 1}}', JSON, 500)
    assert info.value.data == {"a": 1}
    assert info.value.errors is None


def test_h09_json_of_a_gateway() -> None:
    """JSON that is not a GraphQL response has no errors."""
    with pytest.raises(TransportServerError, match="HTTP 502") as info:
        parse('{"message": "Bad Gateway"}', JSON, 502)
    assert info.value.errors is None
    assert info.value.body == '{"message": "Bad Gateway"}'


def test_h10_html() -> None:
    """HTML is a wrong content type with status 200, and a server error with 503; both are quoted without markup."""
    with pytest.raises(TransportProtocolError, match=r"text/html, not JSON.*It is a web page: Hi xxx") as protocol:
        parse("<h1>Hi</h1>" + 5000 * "x", "text/html")
    assert len(protocol.value.received) == 1000
    with pytest.raises(TransportServerError, match=r"HTTP 503\. It said: Hi xxx") as server:
        parse("<h1>Hi</h1>" + 5000 * "x", "text/html", 503)
    assert server.value.code == 503
    assert len(server.value.body) == 1000


@pytest.mark.parametrize("status", [203, 294])
@pytest.mark.parametrize("type", [JSON, MODERN, "application/vnd.api+json"])
def test_h11_other_statuses_of_success(status: int, type: str) -> None:
    """Every 2xx status is a success."""
    assert parse('{"data": {"a": 1}}', type, status).data == {"a": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('APPLICATION/JSON; Charset="UTF-8"', (JSON, "utf-8")),
        ("application/json;charset=utf8", (JSON, "utf-8")),
        ("application/json; charset=ISO-8859-1", (JSON, "iso8859-1")),
        ("application/json; charset='utf-16'", (JSON, "utf-16")),
        ("application/json; charset=bogus", (JSON, "utf-8")),
        ("application/json; charset=hex", (JSON, "utf-8")),
        ("application/json; charset=", (JSON, "utf-8")),
        (" application/json ; boundary=x; charset=latin1", (JSON, "iso8859-1")),
        ("application/json, text/html", (JSON, "utf-8")),
        ("json, application/json", (JSON, "utf-8")),
        ("", ("", "utf-8")),
        ("nonsense", ("nonsense", "utf-8")),
    ],
)
def test_h12_content_type(value: str, expected: tuple[str, str]) -> None:
    """Media type and charset are found in any case and quoting; an unknown charset is read as UTF-8."""
    assert content_type(CIMultiDict({"content-type": value})) == expected


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1"])
def test_h12_charset_is_honoured(charset: str) -> None:
    """A body is decoded with its charset."""
    body = json.dumps({"data": {"name": "Zoë"}}, ensure_ascii=False).encode(charset)
    assert parse(body, f"application/json; charset={charset}").data == {"name": "Zoë"}


def test_h12_bytes_that_are_not_in_the_charset() -> None:
    """Bytes that cannot be decoded are not JSON."""
    with pytest.raises(TransportProtocolError, match="not JSON"):
        parse(b'{"data": {"name": "Zo\xeb"}}')


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-16-be"])
def test_h13_byte_order_mark(charset: str) -> None:
    """A byte order mark at the beginning is ignored."""
    body = '\ufeff{"data": {"a": 1}}'.encode(charset)
    assert parse(body, f"{JSON}; charset={charset}").data == {"a": 1}


def test_h14_partial() -> None:
    """Data, errors and extensions are read together; the exception of ``execute`` has them as well."""
    result = parse('{"data": {"a": null}, "errors": [{"message": "m", "path": ["a"]}], "extensions": {"cost": 1}}')
    assert result.data == {"a": None}
    assert result.extensions == {"cost": 1}
    with pytest.raises(TransportQueryError, match=r"m \(at a\)") as info:
        data_or_raise(result)
    assert (info.value.data, info.value.extensions) == ({"a": None}, {"cost": 1})


def test_h15_data_null_and_absent() -> None:
    """Null data and absent data can be distinguished."""
    null, absent = parse('{"data": null, "errors": [{"message": "m"}]}'), parse(ERRORS)
    assert (null.data, null.has_data) == (None, True)
    assert (absent.data, absent.has_data) == (None, False)
    assert parse('{"data": null}').has_data


@pytest.mark.parametrize("errors", ['"m"', '{"message": "m"}', '["m"]', '{"errors": ["m"]}'])
def test_h16_errors_that_are_not_a_list_of_objects(errors: str) -> None:
    """They are read; with an error status the status counts, and the errors can be read."""
    with pytest.raises(TransportServerError, match=r"HTTP 404.*It said: m") as info:
        parse(f'{{"errors": {errors}}}', JSON, 404)
    assert info.value.errors == [{"message": "m"}]
    result = parse(f'{{"errors": {errors}}}')
    assert (result.errors, result.has_data) == ([{"message": "m"}], False)


MISLABELLED = [
    "text/plain",
    "text/html; charset=utf-8",
    "application/octet-stream",
    "application/vnd.api+json",
    "text/json",
    "text/plain; charset=utf-16",
]


@pytest.mark.parametrize("media_type", MISLABELLED)
def test_a_response_is_read_with_any_media_type(media_type: str) -> None:
    """A body that is a GraphQL response is accepted; with an error status, only if it has errors."""
    charset = "utf-16" if "utf-16" in media_type else "utf-8"
    assert parse(' \n{"data": {"a": 1}}'.encode(charset), media_type).data == {"a": 1}
    errors = ERRORS.decode().encode(charset)
    assert parse(errors, media_type).errors == [{"message": "m"}]
    assert parse(errors, media_type, 400).errors == [{"message": "m"}]
    with pytest.raises(TransportAuthenticationError, match="It said: m"):
        parse(errors, media_type, 401)


@pytest.mark.parametrize("body", ["<!doctype html><form>", "Please log in.", '"text"', ""])
@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/octet-stream"])
def test_a_login_page_is_not_a_response(body: str, media_type: str) -> None:
    """The message names the media type and asks whether the URL is right."""
    with pytest.raises(TransportProtocolError, match=f"the response is {media_type}, not JSON. Is this the URL"):
        parse(body, media_type)
    with pytest.raises(TransportServerError, match="HTTP 500"):
        parse(body, media_type, 500)


def test_a_stream_of_events_is_not_a_response() -> None:
    """A server that sends a stream of events has received a subscription."""
    with pytest.raises(TransportProtocolError, match=r"use client.subscribe\(\)"):
        parse("event: next\n\n", "text/event-stream")
    offered = {"Accept": "application/json, text/event-stream"}
    with pytest.raises(TransportServerError, match=r"It offers application/json, text/event-stream\..*subscribe\(\)"):
        parse("", None, 406, offered)


@pytest.mark.parametrize("body", ['{"data": 1}', "{}", "[]", '{"errors": []}'])
def test_json_does_not_make_the_url_doubtful(body: str) -> None:
    """A server that sends JSON is an endpoint; the message describes the fault in the response."""
    with pytest.raises(TransportProtocolError, match="not a GraphQL response") as info:
        parse(body)
    assert "URL" not in str(info.value)
    assert f"It begins: {body}" in str(info.value)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_nan_names_the_codec_that_reads_it(constant: str) -> None:
    """Python servers send NaN, and Python's own codec reads it."""
    body = f'{{"data": {{"a": {constant}}}}}'
    with pytest.raises(
        TransportProtocolError, match=rf"{constant} is not JSON. .*json_deserialize=json\.loads"
    ) as info:
        parse(body)
    assert "URL" not in str(info.value)


@pytest.mark.parametrize("errors", ["null", "[]", "{}", '""', "false"])
def test_empty_errors_are_absent(errors: str) -> None:
    """Errors that are null or otherwise empty count as absent."""
    assert parse(f'{{"data": {{"a": 1}}, "errors": {errors}}}').errors is None


@pytest.mark.parametrize(("body", "status", "error"), [
    (b'{"data": {"a": 1}}', 200, None),
    (b'{"data": {"a": 1}}', 500, TransportServerError),
    (b"plain", 200, TransportProtocolError),
    (b"", 200, TransportProtocolError),
    (b"", 204, TransportProtocolError),
    (b"", 304, TransportProtocolError),
])  # fmt: skip
def test_no_content_type(body: bytes, status: int, error: type[Exception] | None) -> None:
    """A 2xx response without a content type is read if it is valid."""
    if error is None:
        assert parse(body, None, status).data == {"a": 1}
        return
    with pytest.raises(error):
        parse(body, None, status)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2), (" 120 ", 120), ("0", 0), ("1.5", 1.5), ("3, 9", 3), ("Sun, 06 Nov 1994 08:49:37 GMT", 0)],
)
def test_h24_retry_after(value: str, seconds: float) -> None:
    """Seconds and dates are read; dates in the past are 0, and the first of several values counts."""
    assert retry_after_of(value) == seconds


@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
def test_h24_retry_after_as_a_date(form: str) -> None:
    """All three date formats of RFC 9110 are read as the seconds until then."""
    assert 80 <= retry_after_of(time.strftime(form, time.gmtime(time.time() + 100))) <= 100


def retry_after_of(value: str) -> float:
    with pytest.raises(TransportServerError, match="try again in") as info:
        parse("", "text/plain", 503, {"Retry-After": value})
    assert info.value.retry_after is not None
    return info.value.retry_after


@pytest.mark.parametrize("value", ["soon", "-1", "1.", "1e3", "", "٣", "9" * 400, "Sun, 99 Nov 1994 08:49:37 GMT"])
def test_h24_retry_after_that_is_garbage(value: str) -> None:
    """Invalid values are ignored."""
    with pytest.raises(TransportServerError) as info:
        parse("", "text/plain", 429, {"Retry-After": value})
    assert info.value.retry_after is None


def test_h31_unknown_keys_of_errors() -> None:
    """The server's error objects are unchanged."""
    error = {"message": "m", "type": "NOT_FOUND", "errorType": "X", "extensions": {"code": 1}}
    assert parse(json.dumps({"errors": [error]})).errors == [error]


def test_error_without_message() -> None:
    """An error without a message is accepted."""
    result = parse('{"errors": [{"errorType": "X"}]}')
    with pytest.raises(TransportQueryError, match="no message"):
        data_or_raise(result)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("type", [JSON, MODERN, "text/html"])
def test_redirect_that_was_not_followed(status: int, type: str) -> None:
    """A redirect is never a response; the error has its target, without parts that may be secret."""
    with pytest.raises(TransportServerError, match=r"a redirect to https://other\.test/new; ") as info:
        parse(ERRORS, type, status, {"Location": "https://u:p@other.test/new?token=1"})
    assert "token" not in str(info.value)
    assert info.value.code == status


def test_messages_contain_no_secret_of_the_url() -> None:
    """No message contains the user name, password, query or fragment of the URL."""
    for body, type, status in ((b"", JSON, 500), (b"<p>", "text/html", 200), (b"", JSON, 401)):
        with pytest.raises(SyncGQLError) as info:
            parse(body, type, status)
        assert "http://example.test:8000/graphql responded" in str(info.value)
        assert "secret" not in str(info.value)
    assert public_url("http://[::1") == "(an invalid URL)"


def test_codec_of_the_user_receives_text() -> None:
    """A user's codec receives a str, and any exception of it means that the response is not JSON."""
    seen: list[Any] = []

    def decode(text: str) -> Any:
        seen.append(text)
        if "bad" in text:
            raise KeyError("what codecs do")
        return {"data": {"a": 1}}

    response = Response(200, CIMultiDict({"Content-Type": JSON}), URL, 0.1)
    assert parse_http_response(HTTPResponse(response, b"\xef\xbb\xbf{}"), json_deserialize=decode).data == {"a": 1}
    with pytest.raises(TransportProtocolError) as info:
        parse_http_response(HTTPResponse(response, b"bad"), json_deserialize=decode)
    assert isinstance(info.value.__cause__, KeyError)
    assert seen == ["{}", "bad"]


def test_h01_body_has_the_members_that_were_given() -> None:
    """The body of a request contains the given members, in order, and nothing else."""
    request = GraphQLRequest("query Q { a }", {"a": 1}, "Q", {"e": 2})
    assert encode_request(request.payload, json_codec.dumps) == (
        b'{"query":"query Q { a }","operationName":"Q","variables":{"a":1},"extensions":{"e":2}}'
    )
    assert encode_request(GraphQLRequest("{ a }").payload, json_codec.dumps) == b'{"query":"{ a }"}'


@given(st.text(), st.none() | st.dictionaries(st.text(), st.integers() | st.text()))
def test_h01_body_is_the_payload(document: str, variables: dict[str, Any] | None) -> None:
    """For any document and variables, the body is the payload as JSON, or the request is refused."""
    payload = {"query": document, **({} if variables is None else {"variables": variables})}
    body = encode_request(payload, json_codec.dumps)
    assert body == json_codec.dumps(payload).encode()
    assert encode_request([payload], json_codec.dumps) == b"[" + body + b"]"


def test_h02_variables() -> None:
    """Without variables there is no member; a null variable is sent."""
    assert encode_request(GraphQLRequest("{ a }", {}).payload, json_codec.dumps) == b'{"query":"{ a }"}'
    body = encode_request(GraphQLRequest("{ a }", {"a": None}).payload, json_codec.dumps)
    assert json.loads(body)["variables"] == {"a": None}


def test_h03_empty_operation_name() -> None:
    """An empty operation name is not sent."""
    assert b"operationName" not in encode_request(GraphQLRequest("{ a }", None, "").payload, json_codec.dumps)


def test_n12_body_is_compact_utf8() -> None:
    """A body has no superfluous spaces and no superfluous escapes."""
    body = encode_request({"query": "é", "variables": {"a": [1, 2], "b": None}}, json_codec.dumps)
    assert body == '{"query":"é","variables":{"a":[1,2],"b":null}}'.encode()


def test_n12_nan_is_refused() -> None:
    """NaN is refused before sending, and the error has its place."""
    request = GraphQLRequest("{ a }", {"input": {"tags": [1, float("nan")]}})
    with pytest.raises(DocumentError, match=r"variables\.input\.tags\.1 cannot be written as JSON") as info:
        encode_request(request.payload, json_codec.dumps)
    assert info.value.path == "variables.input.tags.1"


header_values = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60)
media_types = st.sampled_from([JSON, MODERN, "text/html", "application/x+json", ""]) | header_values
charsets = st.sampled_from(
    ["", "utf-8", "utf-16", "utf-7", "idna", "punycode", "undefined", "unicode_escape", "hex", "zlib", "latin-1", "\0"]
)
bodies = st.binary(max_size=200) | st.sampled_from([ERRORS, b'{"data": {}}', b"[" * 100_000, b"\xff\xfe{\0}\0"])


@given(
    bodies, media_types, charsets | header_values, st.integers(100, 599), header_values,
    st.none() | st.text(max_size=30),
)  # fmt: skip
@example(b"\xff", JSON, "idna", 500, "", None)
def test_parse_http_response_raises_only_exceptions_of_this_package(
    body: bytes, type: str, charset: str, status: int, wait: str, location: str | None
) -> None:
    """Any response is a result or one of our errors."""
    headers = {"Retry-After": wait, **({} if location is None else {"Location": location})}
    with contextlib.suppress(TransportServerError, TransportProtocolError):
        assert isinstance(parse(body, f'{type}; charset="{charset}"', status, headers), ExecutionResult)


@given(header_values)
def test_retry_after_is_a_time_or_none(value: str) -> None:
    """Any value of Retry-After is a finite number of seconds that is not negative, or ignored."""
    seconds = retry_after({"Retry-After": value})
    assert seconds is None or 0 <= seconds < float("inf")


@given(header_values)
def test_content_type_is_lower_case_with_a_known_charset(value: str) -> None:
    """For any Content-Type, there is a charset that can decode bytes."""
    media_type, charset = content_type({"Content-Type": value})
    assert media_type == media_type.strip().lower()
    assert set(bytes(4).decode(charset)) == {"\0"}


class SoftTimeLimit(Exception):
    """The exception of a signal handler."""


@pytest.mark.parametrize("status", [200, 400])
def test_a_signal_handlers_exception_is_not_taken_for_a_codecs(status: int) -> None:
    """An exception during decoding, such as a soft time limit, propagates."""

    def interrupted(_: object) -> NoReturn:
        raise SoftTimeLimit

    response = Response(status, {"Content-Type": "application/json"}, "http://localhost/", 0.1)
    with pytest.raises(SoftTimeLimit):
        parse_http_response(HTTPResponse(response, b"{}"), json_deserialize=interrupted)


def test_empty_errors_alone_are_not_a_response() -> None:
    """An empty list of errors counts as absent, so data is required."""
    with pytest.raises(TransportProtocolError, match="neither data nor errors"):
        parse('{"errors": []}')
