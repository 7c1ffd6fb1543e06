"""StreamOptions: the options that all streams of a transport share."""

from __future__ import annotations

from dataclasses import dataclass

from ...checks import check_seconds
from ...protocol import json_codec
from ...protocol.json_codec import JSONDeserialize
from ...request import UNSET, Unset
from ..limits import MAX_MESSAGE_SIZE
from ..options import check_message_size
from ..recovery.policy import ReconnectPolicy
from .protocols import ReaderOptions

KEEP_ALIVE_SECONDS = 60.0
"""The default limit on silence, in seconds; servers send comments or heartbeats every 5 to 30 s."""


@dataclass(frozen=True, kw_only=True)
class StreamOptions:
    """The options that ``EventStreamTransport`` documents under the same names.

    Attributes:
        policy: when to re-establish the lost stream of a subscription; None for never.

    Raises:
        TypeError: an option has the wrong type.
        ValueError: a number is out of range.
    """

    policy: ReconnectPolicy | None = None
    keep_alive_timeout: float | Unset | None = UNSET
    max_message_size: int = MAX_MESSAGE_SIZE
    json_deserialize: JSONDeserialize = json_codec.loads

    def __post_init__(self) -> None:
        if not isinstance(self.keep_alive_timeout, Unset):
            check_seconds("keep_alive_timeout", self.keep_alive_timeout)
        check_message_size(self.max_message_size)

    @property
    def longest_silence(self) -> float | None:
        """The seconds for which a stream may be silent; None for no limit."""
        return KEEP_ALIVE_SECONDS if isinstance(self.keep_alive_timeout, Unset) else self.keep_alive_timeout

    @property
    def reader(self) -> ReaderOptions:
        return ReaderOptions(self.max_message_size, self.json_deserialize)
