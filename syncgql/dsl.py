"""Placeholder for gql's module of this name; importing it raises an error that names the replacement."""

raise ImportError(
    "syncgql has no module dsl. Write client.query.book('title', id='1') instead of DSLSchema and dsl_gql(); "
    "build selections with Field, Fields, Fragment, InlineFragment, Variable and Directive from syncgql. "
    "docs/migrating_dsl.md has each line of the DSL beside its equivalent.",
    name=__name__,
    path=__file__,
)
