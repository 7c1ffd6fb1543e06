"""Operations without documents: ``client.query.book("title", id=1)``.

This module imports nothing, so that a client without operation proxies does not load graphql-core.
"""
