"""``syncgql subscribe``: events, and every way to end."""

from __future__ import annotations

import json
import re
import signal
import subprocess

from tests.cli.processes import COMMAND, Terminal, environment, start, syncgql
from tests.fix_servers import PATIENCE
from tests.fix_streams import StreamServer
from tests.servers.tcp_proxy import TCPProxy

COUNT = "subscription ($to: Int!) { count(to: $to) }"
ENDLESS = "subscription { endless }"


def test_a_line_per_event(strawberry_streams: StreamServer) -> None:
    """The command ends when the server completes the subscription."""
    outcome = syncgql("subscribe", strawberry_streams.url, COUNT, "-v", "to=2")
    assert outcome == (0, '{"count": 1}\n{"count": 2}\n', "")
    outcome = syncgql("subscribe", strawberry_streams.url, COUNT, "-v", "to=2", "--select", "count", "--format", "raw")
    assert outcome == (0, "1\n2\n", "")


def test_events_are_printed_at_once(strawberry_streams: StreamServer) -> None:
    """A reader of a pipe receives each event at once; SIGINT ends the subscription on the server, too."""
    with start("subscribe", strawberry_streams.url, "subscription { published }") as process:
        assert process.stdout
        strawberry_streams.wait_for("started", name="subscription published")
        strawberry_streams.publish(7)
        assert json.loads(process.stdout.readline()) == {"published": 7}
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 130
    strawberry_streams.wait_for("ended", name="subscription published")


def test_count(strawberry_streams: StreamServer) -> None:
    """The command ends with 0 after these events, and the subscription on the server."""
    outcome = syncgql("subscribe", strawberry_streams.url, ENDLESS, "--count", "3")
    assert (outcome.exit_code, outcome.stdout.count("\n"), outcome.stderr) == (0, 3, "")
    strawberry_streams.wait_for("ended", name="subscription endless")


def test_for(strawberry_streams: StreamServer) -> None:
    """The command ends with 0 after this time, and stops the subscription on the server."""
    outcome = syncgql("subscribe", strawberry_streams.url, "subscription { published }", "--for", "0.2")
    assert outcome == (0, "", "")
    # On a busy machine, the server may receive this message before it has started the subscription.
    strawberry_streams.wait_for("ws_message", message={"type": "complete"})


def test_ctrl_c_in_a_terminal(strawberry_streams: StreamServer) -> None:
    """It ends without a traceback."""
    with Terminal("subscribe", strawberry_streams.url, ENDLESS) as terminal:
        terminal.wait_for("endless")
        terminal.type("\x03")
        assert terminal.wait() == 130
    assert "Traceback" not in terminal.screen


def test_head_ends_the_subscription(strawberry_streams: StreamServer) -> None:
    """``| head -1`` closes the pipe, which ends the command and the subscription."""
    shell = f"set -o pipefail; '{COMMAND}' subscribe '{strawberry_streams.url}' '{ENDLESS}' | head -1"
    done = subprocess.run(
        ["bash", "-c", shell], capture_output=True, text=True, env=environment(), timeout=2 * PATIENCE
    )
    assert (done.returncode, done.stderr) == (141, "")
    assert json.loads(done.stdout)
    strawberry_streams.wait_for("ended", name="subscription endless")


def test_a_silent_subscription_ends_with_its_reader(strawberry_streams: StreamServer) -> None:
    """It does not take another event to find out that nothing reads the output any more."""
    with start("subscribe", strawberry_streams.url, "subscription { published }") as process:
        assert process.stdout
        strawberry_streams.wait_for("started", name="subscription published")
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 141
        assert process.stderr
        assert process.stderr.read() == ""
    strawberry_streams.wait_for("ended", name="subscription published")


def test_events_with_errors(strawberry_streams: StreamServer) -> None:
    """Errors are on stderr, and the exit code reports them at the end."""
    outcome = syncgql("subscribe", strawberry_streams.url, "subscription { fails }")
    assert (outcome.exit_code, outcome.stdout.splitlines()[0]) == (1, '{"fails": 1}')
    assert outcome.stderr.startswith("syncgql: ")
    assert "Traceback" not in outcome.stderr


def test_a_reconnect_is_reported(strawberry_streams: StreamServer, tcp_proxy: type[TCPProxy]) -> None:
    """Lines on stderr report the loss, at once, and for how long events are missing."""
    with tcp_proxy(strawberry_streams.url) as proxy, start("subscribe", proxy.url, ENDLESS) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        proxy.drop()
        assert re.match(r"syncgql: .* Reconnecting in [\d.]+ s", process.stderr.readline())
        assert re.match(
            r"syncgql: Reconnected to .* events of up to that time are missing\.", process.stderr.readline()
        )
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def test_the_payload_of_connection_init(strawberry_streams: StreamServer) -> None:
    """Some servers read the credentials from it."""
    payload = '{"token": "t0ken"}'
    outcome = syncgql("subscribe", strawberry_streams.url, COUNT, "-v", "to=1", "--init-payload", payload)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    strawberry_streams.wait_for("ws_message", message={"type": "connection_init", "payload": {"token": "t0ken"}})


def test_queries_are_not_subscribed_to(library: str) -> None:
    """The message names the command for queries."""
    outcome = syncgql("subscribe", library, "{ hello }")
    assert (outcome.exit_code, "syncgql run" in outcome.stderr) == (2, True)


def test_a_url_without_subscriptions(library: str) -> None:
    """Uvicorn refuses the upgrade with status 403; the message is one line."""
    outcome = syncgql("subscribe", f"{library}/nowhere", ENDLESS)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr.count("\n")) == (7, "", 1)
