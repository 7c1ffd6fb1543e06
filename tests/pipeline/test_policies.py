"""Policies: the order of the steps."""

from __future__ import annotations

from textwrap import dedent

import pytest

from syncgql import Middleware, RateLimit, TokenAuth
from syncgql.pipeline.policies import Policies
from syncgql.runtime.atomic_counter import AtomicCounter
from syncgql.runtime.clock import Clock
from syncgql.transport.selection.transport_factory import TokenUse

from ..fix_scripts import RunScript
from ..fix_servers import Server

MAKE_CLIENT = """
import sys
from syncgql import Client, RateLimit, TokenAuth

seen = []

def note(operation, call_next):
    seen.append(operation.kind)
    return call_next(operation)

client = Client(
    sys.argv[1],
    middleware=[note],
    deduplicate=True,
    retry=True,
    rate_limit=RateLimit(200),
    auth=TokenAuth(lambda: ("token-1", 3600)),
    timeout=60,
)
"""


def test_the_order_of_the_steps() -> None:
    """The user's middleware sees each call once; what follows it may merge calls or send one several times."""
    policies = Policies(
        middleware=[Middleware()],
        deduplicate=True,
        retry=True,
        rate_limit=RateLimit(5),
        persisted_documents="automatic",
    )
    token = TokenUse(TokenAuth(lambda: "token"), is_renewed=False)
    names = [
        type(step).__name__
        for step in policies.steps(Clock(), policies.retry_step(Clock(), AtomicCounter()), token, token)
    ]
    assert names == [
        "CheckedMiddleware",
        "Deduplication",
        "Retry",
        "Pacing",
        "Authentication",
        "AutomaticPersistedQueries",
    ]


def test_no_steps_without_options() -> None:
    """The client calls its transport directly."""
    policies = Policies(middleware=(), deduplicate=False, retry=False, rate_limit=None, persisted_documents=None)
    assert policies.retry_step(Clock(), AtomicCounter()) is None
    assert policies.steps(Clock()) == []


def test_all_policies_in_a_forked_child(strawberry_server: Server, run_script: RunScript) -> None:
    """Both processes continue, whether the fork is before or after the first call."""
    pytest.importorskip("fcntl", reason="Windows has no fork")
    script = """
        import os

        def ask():
            return client.execute("{ whoami }")["whoami"]

        for number in range(3):
            child = os.fork()
            answer = ask()
            if child == 0:
                print(answer, flush=True)
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        print(answer, len(seen))
        client.close()
    """
    result = run_script(MAKE_CLIENT + dedent(script), strawberry_server.url)
    assert (result.stderr, result.exit_code) == ("", 0)
    assert result.stdout.splitlines() == [*3 * ["Bearer token-1"], "Bearer token-1 3"]


def test_all_policies_under_gevent(strawberry_server: Server, run_script: RunScript) -> None:
    """Greenlets wait for their turns, and a timeout of gevent ends a wait."""
    pytest.importorskip("gevent", reason="gevent is for CPython only")
    script = """
        import gevent

        def ask(number):
            return client.execute("query ($n: String!) { hello(name: $n) }", {"n": str(number)})["hello"]

        greenlets = [gevent.spawn(ask, number) for number in range(40)]
        gevent.joinall(greenlets, raise_error=True)
        print(sorted(each.value for each in greenlets) == sorted(f"Hello {number}!" for number in range(40)))
        print(client.submit("{ hello }").result()["hello"], len(seen))
        slow = Client(sys.argv[1], rate_limit=RateLimit(1, per=3600), timeout=None)
        slow.execute("{ hello }")
        impatient = gevent.Timeout(0.3)
        impatient.start()
        try:
            slow.execute("{ hello }")
        except gevent.Timeout as error:
            print(error is impatient)
        slow.close()
        client.close()
    """
    patch = "from gevent import monkey\nmonkey.patch_all()\n"
    result = run_script(patch + MAKE_CLIENT + dedent(script), strawberry_server.url)
    assert (result.stderr, result.exit_code) == ("", 0)
    assert result.stdout.splitlines() == ["True", "Hello world! 41", "True"]
