"""The use of aiohttp by this package: the session, its connectors, its errors."""
