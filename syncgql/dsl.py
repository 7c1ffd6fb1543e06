"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module dsl. Write client.query.book('title', id='1') in the place of DSLSchema and dsl_gql(); "
    "Field, Fields, InlineFragment and Directive of syncgql make selections.",
    name=__name__,
    path=__file__,
)
