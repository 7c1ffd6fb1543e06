"""The only place that knows threads.

- ``loop_thread``: a thread that runs an asyncio loop
- ``executor``: the threads in which a loop has done what would block it
- ``call``: one coroutine on its way through that loop, with its deadline
- ``call_future``: a call whose outcome arrives in a ``concurrent.futures.Future``
- ``buffer``: events on their way from the loop to one consumer, bounded
- ``process``: what one client owns in one process, from its first call to drop, fork or exit
"""
