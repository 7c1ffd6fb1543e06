"""Transports, one module for each kind. Async transports also work on their own in asyncio code."""

# aiohttp takes several times as long to import as this package. Because it is imported here, the first call is not
# delayed, and processes that are forked after ``import syncgql`` share its memory.
import aiohttp  # noqa: F401
