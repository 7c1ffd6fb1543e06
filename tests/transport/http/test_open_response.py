"""A response that is opened first and read later, or never."""

from __future__ import annotations

import asyncio
import gzip

from syncgql import AIOHTTPTransport, GraphQLRequest
from syncgql.deadline import Deadline
from syncgql.transport.aiohttp_session.session import SharedSession
from syncgql.transport.http.open_response import PIECE
from syncgql.transport.http.sender import HTTPSender

from ...servers.wire import WireConnection, WireServer, always, answer

BODY = b'{"data": {"ok": true}}'


def test_a_stream_uses_no_connection_of_the_pool() -> None:
    """While streams are open, requests still use the only connection of the pool."""

    def stream(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b"first")[:-2])
        connection.wait_for_end()

    async def main() -> None:
        sender = HTTPSender(SharedSession(pool_size=1), None)
        request = AIOHTTPTransport(server.url).round_trip(GraphQLRequest("{ ok }")).request
        async with (
            await sender.open(request, Deadline(), is_stream=True) as one,
            await sender.open(request, Deadline(), is_stream=True) as two,
        ):
            for _ in range(2):
                assert (await sender.send(request, Deadline())).body == BODY
            assert (one.head.status, two.head.status) == (200, 200)
        await sender.close()

    with WireServer(stream, stream, always(answer(BODY))) as server:
        asyncio.run(main())
        assert (server.connections, len(server.requests)) == (3, 4)


def test_the_body_comes_in_pieces() -> None:
    """Each piece is yielded when it arrives, and the deadline records that the response began."""

    async def main() -> None:
        sender, deadline = HTTPSender(SharedSession(), None), Deadline()
        request = AIOHTTPTransport(server.url).round_trip(GraphQLRequest("{ ok }")).request
        response = await sender.open(request, deadline)
        assert deadline.sent
        assert b"".join([piece async for piece in response.iter_bytes()]) == BODY
        await sender.close()

    with WireServer(always(answer(BODY))) as server:
        asyncio.run(main())


def test_other_tasks_run_between_pieces() -> None:
    """A body that arrives at once is yielded in small pieces, and other tasks run between them."""
    large = bytes(10 * PIECE)

    async def main() -> None:
        sender = HTTPSender(SharedSession(), None)
        request = AIOHTTPTransport(server.url).round_trip(GraphQLRequest("{ ok }")).request
        response = await sender.open(request, Deadline())
        turns = pieces = 0

        async def count_turns() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count_turns())
        async for piece in response.iter_bytes():
            assert len(piece) <= PIECE
            pieces += 1
        assert turns >= pieces - 1 >= 9
        counting.cancel()
        await sender.close()

    compressed = answer(gzip.compress(large), "Content-Encoding: gzip")
    with WireServer(always(compressed)) as server:
        asyncio.run(main())
