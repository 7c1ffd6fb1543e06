"""JSON as the wire protocols want it: compact, UTF-8, and strict about what JSON is.

Python's own codec emits and accepts ``NaN`` and ``Infinity``, which are not JSON. Both are refused here, in both
directions and on every transport.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


def dumps(value: Any) -> str:
    """Encode *value* without superfluous spaces and escapes; raises what ``json.dumps`` raises."""
    return _encode(value)


def loads(text: str | bytes) -> Any:
    """Decode JSON text, or its UTF-8 bytes.

    Raises:
        ValueError: it is not JSON, not UTF-8, or nested too deeply.
    """
    try:
        return _decode(text if isinstance(text, str) else text.decode())
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


# Kept, because json.dumps and json.loads with options build a new coder at every call.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
