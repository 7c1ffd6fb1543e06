"""The wire protocols without I/O: no asyncio, no threads, no sockets."""
