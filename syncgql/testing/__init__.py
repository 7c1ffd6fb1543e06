"""For tests of programs that use syncgql: answers in place of servers.

With pytest the fixtures ``graphql_mock`` and ``graphql_server`` are there by themselves. Nothing here needs it.
"""

from .answers import Answers, UnexpectedOperation
from .fakes import Fakes
from .mock import GraphQLMock
from .recorded_request import RecordedRequest
from .script import complete, drop, errors, event, pause
from .server import GraphQLServer

__all__ = [
    "Answers",
    "Fakes",
    "GraphQLMock",
    "GraphQLServer",
    "RecordedRequest",
    "UnexpectedOperation",
    "complete",
    "drop",
    "errors",
    "event",
    "pause",
]
