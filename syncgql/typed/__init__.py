"""Typed results: requests that know the class of their result, and the decoders of such classes."""
