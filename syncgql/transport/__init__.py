"""Transports, one module for each kind. Async transports also work on their own in asyncio code."""

# aiohttp takes several times as long to import as this package. Imported here, it delays no first call, and processes
# that fork after ``import syncgql`` share it.
import aiohttp  # noqa: F401
