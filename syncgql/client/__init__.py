"""The client: a class with a base for each group of its methods."""

from __future__ import annotations

from .client import Client

__all__ = ["Client"]
