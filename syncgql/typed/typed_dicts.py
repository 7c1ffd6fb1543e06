"""The base class of generated code with ``model = "typeddict"``: requests whose results are the received dicts."""

from __future__ import annotations

import sys
from typing import Any

from .generated import GeneratedRequest
from .mismatch import Mismatch
from .request import ResultT_co

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired

__all__ = ["NotRequired", "TypedDictRequest"]


class TypedDictRequest(GeneratedRequest[ResultT_co]):
    """Base class of operations. The types are for type checkers only; at runtime, the data need only be an object."""

    __slots__ = ()

    def decode(self, data: Any) -> ResultT_co:
        if type(data) is not dict:
            raise Mismatch("an object", data).result_error(type(self).__qualname__)
        result: ResultT_co = data  # type: ignore[assignment]  # a typed dict is a dict
        return result
