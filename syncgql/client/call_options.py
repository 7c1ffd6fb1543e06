"""The keyword arguments that the overloads of the client's methods have in common, for type checkers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from ..bulk.execute_many import OnError
from ..bulk.pagination import NextVariables, Pagination
from ..bulk.progress_option import ProgressOption
from ..request import Unset
from ..runtime.event_buffer import Overflow
from ..subscription import OnReconnect


class BatchOptions(TypedDict, total=False):
    """The options of a batch."""

    timeout: float | Unset | None
    headers: Mapping[str, str] | None
    extra_args: Mapping[str, Any] | None


class ManyOptions(BatchOptions, total=False):
    """The options of ``execute_many``."""

    concurrency: int
    ordered: bool
    on_error: OnError
    progress: ProgressOption


class NodeOptions(BatchOptions, total=False):
    """The options of ``paginate`` that do not change the type of the nodes."""

    page_size: int | None
    prefetch: int
    max_pages: int | None
    after: Any
    on_error: OnError
    progress: ProgressOption


class PaginateOptions(NodeOptions, total=False):
    """The options of ``paginate``."""

    path: str | None
    keep_nulls: bool
    pagination: Pagination | NextVariables | None


class PollOptions(TypedDict, total=False):
    """The options of ``poll``."""

    until: Callable[[Any], object] | None
    timeout: float | None
    jitter: float
    headers: Mapping[str, str] | None
    extra_args: Mapping[str, Any] | None


class CallOptions(BatchOptions, total=False):
    """The options of a query or mutation."""

    extensions: Mapping[str, Any] | None


class StreamOptions(CallOptions, total=False):
    """The options of a query or mutation whose response comes in parts."""

    buffer_size: int
    overflow: Overflow


class SubscribeOptions(TypedDict, total=False):
    """The options of a subscription."""

    timeout: float | Unset | None
    extensions: Mapping[str, Any] | None
    buffer_size: int
    overflow: Overflow
    on_reconnect: OnReconnect | None
