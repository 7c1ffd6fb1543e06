"""The Client class, which has one base class for each group of its methods."""

from __future__ import annotations

from ..gql_names import unknown_name
from .client import Client

__all__ = ["Client"]


def __getattr__(name: str) -> object:
    raise unknown_name(__name__, name)
