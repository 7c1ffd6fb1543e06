"""Typed results: requests that declare the class of their result, and the decoders of these classes."""
