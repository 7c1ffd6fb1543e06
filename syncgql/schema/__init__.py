"""The schema: where it comes from, and what it does to documents, variables and results.

Nothing is imported here, so that a client that needs no schema never loads graphql-core.
"""
