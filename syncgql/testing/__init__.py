"""For tests of programs that use syncgql: answers in place of servers.

With pytest the fixtures ``graphql_mock`` and ``graphql_server`` are there by themselves. Nothing here needs it.
"""

from .answers import Answers, UnexpectedOperation
from .call import Call
from .fakes import Fakes
from .mock import GraphQLMock
from .script import complete, drop, errors, event, pause
from .server import GraphQLServer

__all__ = [
    "Answers",
    "Call",
    "Fakes",
    "GraphQLMock",
    "GraphQLServer",
    "UnexpectedOperation",
    "complete",
    "drop",
    "errors",
    "event",
    "pause",
]
