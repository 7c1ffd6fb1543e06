"""The only package that uses threads.

- ``runtime``: the calls, subscriptions and connections of one client in one process
- ``process_hooks``: the start of loop threads, and hooks for fork, exit and gevent
- ``loop_thread``, ``event_loop``: a thread that runs an asyncio loop
- ``worker_pool``: daemon threads for work that blocks
- ``call``, ``call_future``: a coroutine that runs on the loop for a caller, and its future
- ``event_buffer``: a bounded queue of events from the loop to one consumer
- ``entries``, ``once``, ``slices``: ``with`` blocks of a client, values computed once, and interruptible waits
"""
