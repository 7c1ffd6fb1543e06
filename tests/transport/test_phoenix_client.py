"""Phoenix channels in whole programs: interrupts, forks, pickles, asyncio, and many events."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import threading
import time

import pytest

from syncgql import GraphQLRequest, PhoenixChannelWebsocketsTransport, TransportQueryError

from ..fix_phoenix import PhoenixServer
from ..fix_scripts import RunScript
from ..fix_servers import PATIENCE
from .phoenix import SUBSCRIPTION, client_of

RUNTIME = os.path.join("syncgql", "runtime")

FORK = """
    import os, sys, warnings
    from syncgql import Client, PhoenixChannelWebsocketsTransport, SubscriptionForked

    warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", category=DeprecationWarning)
    client = Client(transport=PhoenixChannelWebsocketsTransport(sys.argv[1]), execute_timeout=30)
    events = client.subscribe("subscription { onMessage { text } }")
    client.execute('mutation { publish(text: "before") { text } }')
    assert next(events)["onMessage"]["text"] == "before"

    child = os.fork()
    if child == 0:
        try:
            try:
                events.next(10)
            except SubscriptionForked:
                print("forked", flush=True)
            own = client.subscribe("subscription { onMessage { text } }")
            client.execute('mutation { publish(text: "child") { text } }')
            print(own.next(30)["onMessage"]["text"], flush=True)
            client.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    print(events.next(30)["onMessage"]["text"], flush=True)
    client.close()
"""


def test_without_a_client_in_asyncio_code(phoenix_server: PhoenixServer) -> None:
    """Queries, mutations and subscriptions work, with heartbeats as pings."""

    async def main() -> None:
        transport = PhoenixChannelWebsocketsTransport(phoenix_server.socket_url)
        await transport.connect()
        assert (await transport.execute("{ hello }")).data == {"hello": "Hello world!"}
        with pytest.raises(TransportQueryError):
            await transport.execute("{ missing }")
        events = transport.subscribe(SUBSCRIPTION)
        first = asyncio.ensure_future(events.__anext__())
        await asyncio.to_thread(phoenix_server.wait_for_frames, "doc", 3)
        await transport.execute(GraphQLRequest('mutation { publish(text: "hi") { number } }'))
        assert (await first).data == {"onMessage": {"text": "hi", "number": 1}}
        await events.aclose()
        await transport.send_ping()
        await asyncio.wait_for(transport.pong_received.wait(), PATIENCE)
        await transport.close()
        assert transport.payloads["connection_ack"] == {}

    asyncio.run(main())
    assert len(phoenix_server.frames("phx_leave")) == 2


def test_a_client_with_it_can_be_pickled(phoenix_server: PhoenixServer) -> None:
    """The copy opens its own connection."""
    with client_of(phoenix_server) as client, pickle.loads(pickle.dumps(client)) as copy:
        assert client.execute("{ hello }") == copy.execute("{ hello }")
        assert len(phoenix_server.seen("ws_connect")) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")
def test_ctrl_c_unsubscribes(phoenix_server: PhoenixServer) -> None:
    """The subscription ends on the server, and the client continues on the same socket."""

    def press() -> None:
        main = threading.main_thread().ident or 0
        while RUNTIME not in sys._current_frames()[main].f_code.co_filename:
            time.sleep(0.001)
        signal.pthread_kill(main, signal.SIGINT)

    with client_of(phoenix_server) as client:
        events = client.subscribe(SUBSCRIPTION, overflow="raise")
        thread = threading.Thread(target=press)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            events.next(None)
        thread.join()
        phoenix_server.wait_for_frames("unsubscribe")
        assert events.closed
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        assert len(phoenix_server.seen("ws_connect")) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_fork(phoenix_server: PhoenixServer, run_script: RunScript) -> None:
    """A child opens its own socket, and its end does not affect the parent's subscription."""
    result = run_script(FORK, phoenix_server.socket_url)
    assert (result.stderr, result.exit_code) == ("", 0)
    assert result.stdout.split() == ["forked", "child", "child"]
    first = phoenix_server.seen("ws_connect")[0]["connection"]
    phoenix_server.wait_for("ws_close", connection=first, code=1000)
