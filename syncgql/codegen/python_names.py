"""Names of Python for names of GraphQL: in snake case or camel case, no keywords, and no two alike."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from ..typed.names import snake_case

NAMES_IN_ANNOTATIONS = frozenset(
    {
        *("str", "int", "float", "bool", "list", "Any", "Annotated", "Literal", "NotRequired", "UNSET", "Unset"),
        *("enums", "inputs", "fragments", "scalars"),
    }
)
"""What annotations in the scope of a class refer to, so that no attribute may have the name."""

_USED = NAMES_IN_ANNOTATIONS | {
    *("dict", "tuple", "object", "classmethod", "staticmethod", "super", "cls", "self", "Model"),
    *("from_data", "to_data", "check_one_of", "written", "variables"),
}

PYDANTIC_NAMES = frozenset(
    {
        *("construct", "copy", "dict", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema"),
        *("schema_json", "update_forward_refs", "validate", "model_computed_fields", "model_config"),
        *("model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra", "model_fields"),
        *("model_fields_set", "model_json_schema", "model_parametrized_name", "model_post_init", "model_rebuild"),
        *("model_validate", "model_validate_json", "model_validate_strings"),
    }
)
"""The attributes of every model of pydantic, which no field may have."""


def attribute_name(name: str) -> str:
    """Return the attribute for a field, argument or variable."""
    return _allowed(snake_case(name).strip("_") if name.startswith("__") else snake_case(name))


def public_name(name: str) -> str:
    """Return the attribute of a model of pydantic, for which names with an underscore before them are not fields."""
    name = attribute_name(name)
    public = name.lstrip("_")
    return name if public == name else _allowed(public) if public[:1].isalpha() else f"field_{public}"


def class_name(name: str) -> str:
    """Return the class for a field or operation."""
    words = re.split("_+", name.strip("_"))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    # Attributes may begin with an underscore; in one class, a name is an attribute or a class.
    return _allowed(joined if joined[:1].isalpha() else f"Field{joined}")


def module_name(stem: str) -> str:
    """Return the module for a file; other characters than those of a name become underscores."""
    name = re.sub(r"\W+", "_", snake_case(stem), flags=re.ASCII).strip("_") or "documents"
    return _allowed(f"_{name}" if name[0].isdigit() else name)


def member_name(name: str) -> str:
    """Return the member of an enum for a value; in capitals, so that it hides no method of ``str``."""
    name = name.upper()
    return f"VALUE{name}" if name.startswith("_") else name


def natural(name: str) -> tuple[bool, bool, list[tuple[int, str]]]:
    """Return a key that sorts names as ruff does: constants first, then classes, and ``Op2`` before ``Op10``."""
    parts = re.findall(r"(\d+)|(\D+)", name)
    return not name.isupper(), not name[:1].isupper(), [(int(digits) if digits else -1, text) for digits, text in parts]


class Names:
    """The names of one scope.

    Args:
        taken: names that are in use.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, name: str) -> str:
        """Return the name, with as many underscores behind it as it needs to be new."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _allowed(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in _USED else name
