"""What is generated, before it is written: classes, fields and the types of their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["str", "int", "float", "bool", "any", "scalar", "enum", "object", "union", "list", "input"]


@dataclass
class Ref:
    """The type of a value.

    Attributes:
        kind: how the value is decoded.
        nullable: whether it may be null.
        annotation: the type in Python, without ``| None``.
        item: the type of the items of a list.
        scalar: the name of a custom scalar.
        reader: the method that decodes a member of a union.
    """

    kind: Kind
    nullable: bool
    annotation: str
    item: Ref | None = None
    scalar: str = ""
    reader: str = ""

    @property
    def hint(self) -> str:
        """The annotation of the value."""
        inner = f"list[{self.item.hint}]" if self.item else self.annotation
        return f"{inner} | None" if self.nullable else inner


@dataclass
class Field:
    """A field of a class.

    Attributes:
        key: its name in the answer.
        attribute: its name in Python.
        ref: the type of its value.
        optional: whether it may be absent, because of a directive.
        description: the description in the schema, and the deprecation.
    """

    key: str
    attribute: str
    ref: Ref
    optional: bool = False
    description: str = ""

    @property
    def hint(self) -> str:
        """The annotation of the attribute."""
        return f"{self.ref.hint} | Unset" if self.optional else self.ref.hint


@dataclass
class Union:
    """The members of a union, or of an interface whose types have different fields.

    Attributes:
        reader: the method that decodes a value.
        members: the names of types and the class for them.
        other: the class for all other types.
    """

    reader: str
    members: list[tuple[list[str], str]]
    other: str

    @property
    def annotation(self) -> str:
        """The classes."""
        return " | ".join([*(name for _, name in self.members), self.other])


@dataclass
class Class:
    """The class of an object.

    Attributes:
        name: its name.
        path: its name with those of the classes around it.
        fields: its fields.
        classes: the classes within it.
        unions: the unions of its fields.
        description: the description of its type in the schema.
    """

    name: str
    path: str
    fields: list[Field] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    description: str = ""


@dataclass
class OperationClass:
    """The class of an operation.

    Attributes:
        name: the name of the class.
        operation_name: the name of the operation.
        text: the document that is sent.
        variables: its variables.
        data: the class of its data.
        description: what the docstring says.
    """

    name: str
    operation_name: str
    text: str
    variables: list[Field]
    data: Class
    description: str
