"""Two clients under gevent's monkey-patching: ``greenlets.py URL``."""

from __future__ import annotations

# ruff: noqa: E402 - nothing may be imported before everything is patched
from gevent import monkey  # type: ignore[import-untyped]

monkey.patch_all()

import sys
import threading

import gevent

from syncgql import Client, TransportTimeout

url = sys.argv[1]
answers: list[str] = []
turns: list[str] = []


def greet(client: Client, name: str) -> None:
    answers.append(client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})["hello"])


def look_around() -> None:
    """Other greenlets run while calls wait."""
    while len(answers) < 50:
        turns.append("a turn")
        gevent.sleep(0.001)


one, other = Client(url), Client(url)
callers = [gevent.spawn(greet, (one, other)[number % 2], str(number)) for number in range(50)]
gevent.joinall([*callers, gevent.spawn(look_around)], raise_error=True)
print("answers", sorted(answers, key=lambda text: int(text[6:-1])) == [f"Hello {number}!" for number in range(50)])
print("turns", len(turns) > 0)
print("loop threads", sum(thread.name == "syncgql-loop" for thread in threading.enumerate()))

with one.subscribe("subscription { count(delay: 0.01) }") as events:
    print("events", [next(events)["count"] for _ in range(3)])

LIMIT = 6  # enough to reach the server on a busy machine

try:
    one.execute("{ sleep(seconds: 600) }", timeout=LIMIT)
except TransportTimeout as error:
    print("limit", error.limit)

impatient = gevent.Timeout(LIMIT)
impatient.start()
try:
    other.execute("{ sleep(seconds: 700) }")
except gevent.Timeout as error:
    print("timeout", error is impatient)
finally:
    impatient.close()

print("future", one.submit("{ hello }").result()["hello"])

one.close()
print("still", other.execute("{ hello }")["hello"])
other.close()
third = Client(url)
print("again", third.execute("{ hello }")["hello"])
