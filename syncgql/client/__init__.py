"""The Client class, which has one base class for each group of its methods."""

from __future__ import annotations

from .client import Client

__all__ = ["Client"]
