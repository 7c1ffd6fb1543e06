"""Default values of arguments, in GraphQL syntax."""

from __future__ import annotations

from graphql import GraphQLArgument, GraphQLError, GraphQLInputField, ValueNode, print_ast

try:
    from graphql.utilities import get_default_value_ast
except ImportError:  # graphql-core 3.2
    from graphql import ast_from_value

    def get_default_value_ast(argument: GraphQLArgument | GraphQLInputField) -> ValueNode | None:  # type: ignore[misc]  # see above
        """Return the default value of *argument*, like the function of the same name in graphql-core 3.3."""
        return ast_from_value(argument.default_value, argument.type)


def typed_with_default(argument: GraphQLArgument | GraphQLInputField) -> str:
    """Return the type of *argument*, with its default value if it has one: ``Int! = 100``."""
    text = default_text(argument)
    return str(argument.type) if text is None else f"{argument.type} = {text}"


def default_text(argument: GraphQLArgument | GraphQLInputField) -> str | None:
    """Return the default value of *argument*; None if it has none, or if the value does not match its type."""
    try:
        default = get_default_value_ast(argument)
    except (GraphQLError, TypeError, ValueError):
        return None
    return None if default is None else print_ast(default)
