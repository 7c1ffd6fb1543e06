"""A subscription over an HTTP stream across a fork: ``stream_forks.py URL sse|multipart``."""

from __future__ import annotations

import os
import sys

from syncgql import Client, EventStreamTransport, MultipartSubscriptionTransport, SubscriptionForked

EVENTS = "subscription { endless }"

url = sys.argv[1]
transport = {"sse": EventStreamTransport, "multipart": MultipartSubscriptionTransport}[sys.argv[2]](url)
client = Client(transport=transport)
events = client.subscribe(EVENTS)
print("parent", next(events)["endless"], flush=True)

child = os.fork()
if not child:
    try:
        next(events)
    except SubscriptionForked:
        print("forked", flush=True)
    events.close()
    with client.subscribe(EVENTS) as own:
        print("child", next(own)["endless"], flush=True)
    sys.stdin.readline()  # the parent ends its subscription while the child lives
    client.close()
    os._exit(0)

before = next(events)["endless"]
print("parent goes on", next(events)["endless"] == before + 1, flush=True)
events.close()
sys.stdin.readline()
print("child ended with", os.waitpid(child, 0)[1], flush=True)
client.close()
