"""Python names for GraphQL names: in snake case or camel case, not keywords, and unique in their scope."""

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
"""The names that annotations in a class refer to; attributes must not have these names."""

_USED = NAMES_IN_ANNOTATIONS | {
    *("dict", "tuple", "object", "classmethod", "staticmethod", "super", "cls", "self", "Model"),
    *("from_data", "to_data", "check_one_of", "written", "variables"),
    *("GeneratedRequest", "SCALARS", "Struct", "StructRequest", "PydanticModel", "Absent", "ByTypename", "ParsedBy"),
    *("TypedDict", "TypedDictRequest", "TypeAlias"),
}

PYDANTIC_NAMES = frozenset(
    {
        *("construct", "copy", "dict", "from_orm", "json", "mro", "parse_file", "parse_obj", "parse_raw", "schema"),
        *("schema_json", "update_forward_refs", "validate", "model_computed_fields", "model_config"),
        *("model_construct", "model_copy", "model_dump", "model_dump_json", "model_extra", "model_fields"),
        *("model_fields_set", "model_json_schema", "model_parametrized_name", "model_post_init", "model_rebuild"),
        *("model_validate", "model_validate_json", "model_validate_strings"),
    }
)
"""The attributes of all pydantic models; fields must not have these names."""


def attribute_name(name: str) -> str:
    """Return the attribute name for a field, argument or variable."""
    return _allowed(snake_case(name).strip("_") if name.startswith("__") else snake_case(name))


def public_name(name: str) -> str:
    """Return the attribute name in a pydantic model, where names with a leading underscore are not fields."""
    name = attribute_name(name)
    public = name.lstrip("_")
    return name if public == name else _allowed(public) if public[:1].isalpha() else f"field_{public}"


def class_name(name: str) -> str:
    """Return the class name for a field or operation."""
    words = re.split("_+", name.strip("_"))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    # Attributes may begin with an underscore, so a class name must not, because the two share a scope.
    return _allowed(joined if joined[:1].isalpha() else f"Field{joined}")


def module_name(stem: str) -> str:
    """Return the module name for a file; characters that are not allowed in names become underscores."""
    name = re.sub(r"\W+", "_", snake_case(stem), flags=re.ASCII).strip("_") or "documents"
    return _allowed(f"_{name}" if name[0].isdigit() else name)


def member_name(name: str) -> str:
    """Return the name of an enum member for a value, in upper case so that it hides no method of ``str``."""
    name = name.upper()
    return f"VALUE{name}" if name.startswith("_") else name


def natural(name: str) -> tuple[bool, bool, list[tuple[int, str]]]:
    """Return a sort key that orders names as ruff does: constants before classes, and ``Op2`` before ``Op10``."""
    parts = re.findall(r"(\d+)|(\D+)", name)
    return not name.isupper(), not name[:1].isupper(), [(int(digits) if digits else -1, text) for digits, text in parts]


class Names:
    """The names of one scope.

    Args:
        taken: names that are already in use.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, name: str) -> str:
        """Return the name, with trailing underscores appended until it is unique."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _allowed(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) or name in _USED else name
