"""Operation: what a changed copy may contain."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, GraphQLRequest, Operation
from syncgql.deadline import NO_DEADLINE

OPERATION = Operation(GraphQLRequest("{ ok }"), NO_DEADLINE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"request": "{ ok }"}, "request must be a GraphQLRequest, not str"),
        ({"deadline": 5}, r"deadline must be a Deadline, such as Deadline\(5\), not int"),
        ({"headers": "X-Name: value"}, "headers must be a mapping, such as a dict, not str"),
        ({"extra_args": [1]}, "extra_args must be a mapping, such as a dict, not list"),
        ({"attempt": "2"}, "attempt must be a whole number, not str"),
    ],
)
def test_a_value_of_the_wrong_type(change: dict[str, Any], message: str) -> None:
    """A mistake is named where it is made, and not deep inside the transport."""
    with pytest.raises(TypeError, match=message):
        OPERATION.replace(**change)


def test_a_deadline_that_is_a_number_does_not_hang() -> None:
    """A middleware that confuses the deadline with seconds gets an exception, from any thread."""

    def hasty(operation: Operation, call_next: Any) -> Any:
        wrong: Any = 5
        return call_next(operation.replace(deadline=wrong))

    with Client("http://127.0.0.1:9/graphql", middleware=[hasty]) as client:
        with pytest.raises(TypeError, match="deadline must be a Deadline"):
            client.execute("{ ok }")
        with pytest.raises(TypeError, match="deadline must be a Deadline"):
            client.submit("{ ok }").result(30)
