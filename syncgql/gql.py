"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module gql. Write: from syncgql import gql.",
    name=__name__,
    path=__file__,
)
