"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module transport.file_upload. Write: from syncgql import FileVar.",
    name=__name__,
    path=__file__,
)
