"""Test support for programs that use syncgql: registered answers instead of servers.

pytest finds the fixtures ``graphql_mock`` and ``graphql_server`` automatically; the classes work without pytest.
"""

from .answers import Answers, InvalidAnswer, UnexpectedOperation
from .fakes import Fakes
from .mock import GraphQLMock
from .recorded_request import RecordedRequest
from .script import complete, drop, errors, event, part, pause, refuse
from .server import GraphQLServer

__all__ = [
    "Answers",
    "Fakes",
    "GraphQLMock",
    "GraphQLServer",
    "InvalidAnswer",
    "RecordedRequest",
    "UnexpectedOperation",
    "complete",
    "drop",
    "errors",
    "event",
    "part",
    "pause",
    "refuse",
]
