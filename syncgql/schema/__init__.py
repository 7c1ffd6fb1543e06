"""The client's schema: loading it, and applying it to documents, variables and results.

This module imports nothing, so that a client without a schema does not load graphql-core.
"""
