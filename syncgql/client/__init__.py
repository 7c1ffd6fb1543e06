"""The Client class, which has one base class for each group of its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..gql_names import unknown_name
from .client import Client

__all__ = ["Client"]

if not TYPE_CHECKING:  # with this function, type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Raise the error for a name that the module lacks, with a hint for those of gql."""
        raise unknown_name(__name__, name)
