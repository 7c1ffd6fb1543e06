"""The definitions of the classes to generate, with their fields and the types of the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["str", "int", "float", "bool", "any", "scalar", "enum", "object", "union", "list", "input"]


@dataclass
class TypeRef:
    """The type of a value.

    Attributes:
        kind: how the value is decoded.
        nullable: whether it may be null.
        annotation: the Python type, without ``| None``.
        item: the type of the items of a list.
        scalar: the name of a custom scalar.
        union: the members of a union.
    """

    kind: Kind
    nullable: bool
    annotation: str
    item: TypeRef | None = None
    scalar: str = ""
    union: Union | None = None

    @property
    def hint(self) -> str:
        """The annotation of the value."""
        return self.render(lambda named: named.union.annotation if named.union else named.annotation)

    def render(self, named_type: Callable[[TypeRef], str]) -> str:
        """Return the annotation of the value; *named_type* returns that of a non-null value that is not a list."""
        inner = f"list[{self.item.render(named_type)}]" if self.item else named_type(self)
        return f"{inner} | None" if self.nullable else inner

    @property
    def innermost(self) -> TypeRef:
        """The type of the innermost items of nested lists; the type itself if it is not a list."""
        return self.item.innermost if self.item else self


@dataclass
class Field:
    """A field of a class.

    Attributes:
        key: its key in the response.
        attribute: its name in Python.
        ref: the type of its value.
        optional: whether it may be absent because of a directive.
        description: the description and the deprecation reason from the schema.
    """

    key: str
    attribute: str
    ref: TypeRef
    optional: bool = False
    description: str = ""

    @property
    def hint(self) -> str:
        """The annotation of the attribute."""
        return f"{self.ref.hint} | Unset" if self.optional else self.ref.hint


@dataclass
class Union:
    """A union, or an interface whose types have different fields.

    Attributes:
        name: the name of the alias for all classes.
        reader: the method that decodes a value.
        members: the names of types with the class for them.
        other: the class for all other types.
    """

    name: str
    reader: str
    members: list[tuple[list[str], str]]
    other: str

    @property
    def paths(self) -> list[str]:
        """The classes; the one for all other types is the last."""
        return [*(path for _, path in self.members), self.other]

    @property
    def annotation(self) -> str:
        """The annotation of a value of one of the classes."""
        return " | ".join(self.paths)


@dataclass
class ObjectClass:
    """The class of an object.

    Attributes:
        name: its name.
        path: its qualified name, including the enclosing classes.
        fields: its fields.
        classes: the classes within it.
        unions: the unions of its fields.
        description: the description of its type in the schema.
        typenames: the names of the types of a member of a union; empty for the member that stands for all other types.
    """

    name: str
    path: str
    fields: list[Field] = field(default_factory=list)
    classes: list[ObjectClass] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    description: str = ""
    typenames: list[str] = field(default_factory=list)


@dataclass
class OperationClass:
    """The class of an operation.

    Attributes:
        name: the name of the class.
        operation_name: the name of the operation.
        text: the document that is sent.
        variables: its variables.
        data: the class of its data.
        description: the text of the docstring.
    """

    name: str
    operation_name: str
    text: str
    variables: list[Field]
    data: ObjectClass
    description: str
