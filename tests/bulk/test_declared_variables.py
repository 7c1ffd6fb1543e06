"""DeclaredVariables: names of variables are checked before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, DocumentError, OffsetPagination, PagePagination
from syncgql.bulk.declared_variables import DeclaredVariables
from syncgql.request import GraphQLRequest

from .test_pages import FORWARD

LISTED = "query ($offset: Int, $count: Int = 20) { orders(offset: $offset, limit: $count) { id } }"
FILTERED = "query ($filter: Filter) { orders(filter: $filter) { id } }"


def after_the_last(data: Any) -> Any:
    """The variables of the next page, with a name that the document lacks."""
    return {"offest": 1}


UNKNOWN: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (FORWARD, {"frist": 2}, {}, r"variables\.frist: the operation has no variable \$frist\. Did you mean 'first'\?"),
    (FORWARD, {"n": 2}, {}, r"no variable \$n\. It declares \$total, \$first, \$after\."),
    (
        LISTED,
        {},
        {"pagination": OffsetPagination("skip")},
        r"declare \$skip.* It declares \$offset, \$count\.",
    ),
    (LISTED, {}, {"pagination": OffsetPagination("offest")}, r"\$offest.* Did you mean 'offset'\?"),
    (LISTED, {}, {"pagination": PagePagination()}, r"does not declare \$page, which selects the page"),
    (FILTERED, {}, {"pagination": PagePagination("filters.page")}, r"does not declare \$filters.* mean 'filter'\?"),
    (LISTED, {}, {"pagination": after_the_last, "after": {"offest": 3}}, r"no variable \$offest\. Did you mean"),
]


@pytest.mark.parametrize(("document", "variables", "options", "match"), UNKNOWN)
def test_a_name_that_the_operation_does_not_declare(
    document: str, variables: dict[str, Any], options: dict[str, Any], match: str
) -> None:
    """paginate() raises before anything is sent, with the nearest name; the server would ignore the value."""
    with pytest.raises(DocumentError, match=match) as caught:
        Client("http://127.0.0.1:9/").paginate(document, variables, **options)
    assert caught.value.path is not None
    assert caught.value.path.startswith("variables.")


def test_an_operation_without_variables() -> None:
    """The message says so."""
    with pytest.raises(DocumentError, match="It declares no variables"):
        Client("http://127.0.0.1:9/").paginate("{ orders { id } }", pagination=OffsetPagination())


def test_members_of_an_object() -> None:
    """Only the variable can be checked, not the members of its object."""
    declared = DeclaredVariables(GraphQLRequest(FILTERED))
    assert "filter.page" in declared
    assert "page" not in declared
    declared.check_position("filter.page")


def test_the_default_of_a_size() -> None:
    """The default of a variable is known if it is a whole number."""
    declared = DeclaredVariables(GraphQLRequest(LISTED))
    assert declared.default_size("count") == 20
    assert declared.default_size("offset") is None
    assert declared.default_size("other") is None
