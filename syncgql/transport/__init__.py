"""Async transports, one module per wire. They also work on their own in asyncio code."""
