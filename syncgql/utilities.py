"""Placeholder for gql's package of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no package utilities. Import its functions from syncgql: from syncgql import update_schema_scalar.",
    name=__name__,
    path=__file__,
)
