"""Operations without documents: ``client.query.book("title", id=1)``.

Nothing is imported here, so that a client that needs no proxies never loads graphql-core.
"""
