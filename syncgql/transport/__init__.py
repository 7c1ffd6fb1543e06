"""Transports, one module for each kind. Async transports also work on their own in asyncio code."""
