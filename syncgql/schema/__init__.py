"""The client's schema: loading it, and applying it to documents, variables and results.

This package imports nothing, so that a client without a schema never loads graphql-core.
"""
