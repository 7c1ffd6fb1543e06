"""aiohttp as this package uses it: the session, its connectors, its errors."""
