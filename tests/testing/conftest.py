"""Mocks without and with a schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql.testing import GraphQLMock

from .program import SDL


@pytest.fixture
def mock() -> Iterator[GraphQLMock]:
    """A mock without a schema."""
    with GraphQLMock() as mock:
        yield mock


@pytest.fixture
def checking() -> Iterator[GraphQLMock]:
    """A mock that validates documents."""
    with GraphQLMock(SDL) as mock:
        yield mock
