"""The only package that uses threads.

- ``runtime``: the calls, subscriptions and connections of one client in one process
- ``process_hooks``: what belongs to the process: the start of loop threads, fork, exit, gevent
- ``loop_thread``, ``event_loop``: a thread that runs an asyncio loop
- ``worker_pool``: daemon threads for work that blocks
- ``call``, ``call_future``: a coroutine on its way through the loop, with its deadline; its future
- ``event_buffer``: a bounded queue of events from the loop to one consumer
- ``entries``, ``once``, ``slices``: ``with`` blocks of a client, values made once, and interruptible waiting
"""
