"""The wire protocols, without I/O: no asyncio, threads or sockets."""
