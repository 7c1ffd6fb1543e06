"""generate: turns a schema and documents into the files of a package, without I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode

from ..schema.variables import is_one_of
from ..version import __version__
from .class_builder import ClassBuilder
from .definitions import ObjectClass
from .documents import Documents, read_documents
from .errors import CodegenError
from .modules import Module
from .options import CodegenOptions
from .python_names import Names, class_name, member_name, module_name, natural
from .source import from_import, literal
from .used_types import UsedTypes, described

HEADER = "# Written by syncgql codegen"
"""The beginning of generated files; only files that begin with it are overwritten or removed."""


def generate(
    schema: GraphQLSchema, documents: Mapping[str, str], options: CodegenOptions | None = None
) -> dict[str, str]:
    """Return the files of a package, by name, for the operations in documents.

    Args:
        schema: the schema.
        documents: the texts of the documents by path, which error messages contain.
        options: the options.

    Raises:
        CodegenError: a document is invalid; the exception lists all errors of all documents.
    """
    return _Package(schema, read_documents(schema, documents), options or CodegenOptions()).files()


class _Package:
    """The files of a package under construction."""

    def __init__(self, schema: GraphQLSchema, documents: Documents, options: CodegenOptions) -> None:
        self._schema = schema
        self._documents = documents
        self._options = options
        self._types = UsedTypes(schema, options)
        self._files: dict[str, tuple[str, str]] = {}
        self._exported: dict[str, list[str]] = {}

    def files(self) -> dict[str, str]:
        """Return the text of each file, with its header."""
        names = Names(["__init__", "enums", "inputs", "fragments", "scalars"])
        self._check_class_names()
        classes = Names(_class_name(node) for nodes in self._documents.operations.values() for node in nodes)
        used: dict[str, None] = {}
        for path, operations in self._documents.operations.items():
            if not operations:
                continue
            module, builder = Module(self._options), self._builder("fragments.")
            module_stem = names.new(module_name(PurePosixPath(path).stem))
            exported = self._exported[module_stem] = []
            for node in operations:
                name = _class_name(node)
                module.operation(builder.operation(node, name, classes.new(f"{name}Data")), classes)
                exported.append(name)
            used |= builder.used_fragments
            self._files[f"{module_stem}.py"] = (path, module.text())
        self._write_fragments(used)
        self._write_inputs()
        self._write_enums()
        self._write_scalars()
        self._write_init()
        return {name: _with_header(*source) for name, source in sorted(self._files.items())}

    def _builder(self, prefix: str) -> ClassBuilder:
        return ClassBuilder(self._schema, self._documents, self._types, self._options, prefix)

    def _check_class_names(self) -> None:
        """Check that no two operations, and no two fragments, would have the same class name."""
        errors = []
        operations = [node for nodes in self._documents.operations.values() for node in nodes]
        for nodes in (operations, list(self._documents.fragments.values())):
            seen: dict[str, str] = {}
            for node in nodes:
                name = node.name.value if node.name else ""
                other = seen.setdefault(class_name(name), name)
                if other != name:
                    place = f"{node.loc.source.name}: " if node.loc else ""
                    errors.append(
                        f"{place}{name} and {other} would both generate the class {class_name(name)}; rename one."
                    )
        if errors:
            raise CodegenError(errors)

    def _write_fragments(self, used: dict[str, None]) -> None:
        classes: dict[str, ObjectClass] = {}
        pending = list(used)
        while pending:
            name = pending.pop()
            if name not in classes:
                builder = self._builder("")
                classes[name] = builder.fragment(name)
                pending += builder.used_fragments
        if classes:
            module = Module(self._options)
            module.fragments([classes[name] for name in sorted(classes)])
            self._files["fragments.py"] = ("fragments", module.text())

    def _write_inputs(self) -> None:
        classes: dict[str, ObjectClass] = {}
        while len(classes) < len(self._types.inputs):
            for name in [name for name in self._types.inputs if name not in classes]:
                classes[name] = self._types.input_class(name)
        if classes:
            module = Module(self._options)
            for name in sorted(classes):
                type_: Any = self._schema.type_map[name]
                module.input(classes[name], is_one_of(type_))
            self._files["inputs.py"] = ("the schema", module.text())

    def _write_enums(self) -> None:
        if not self._types.enums:
            return
        module = Module(self._options)
        for type_name, name in sorted(self._types.enums.items()):
            type_: Any = self._schema.type_map[type_name]
            names = Names()
            members = [
                (names.new(member_name(value)), value, described(definition))
                for value, definition in type_.values.items()
            ]
            module.enum(name, type_.description or "", members)
        self._files["enums.py"] = ("the schema", module.text())

    def _write_scalars(self) -> None:
        module = Module(self._options)
        scalars = {name: scalar for name, scalar in self._options.scalars.items() if name in self._schema.type_map}
        if module.scalars(scalars):
            self._files["scalars.py"] = ("the schema", module.text())

    def _write_init(self) -> None:
        lines = [
            line
            for module, names in sorted(self._exported.items(), key=lambda item: natural(item[0]))
            for name in sorted(names, key=natural)
            for line in from_import(f".{module}", [f"{name} as {name}"])
        ]
        names = sorted((name for names in self._exported.values() for name in names), key=natural)
        lines += ["", "__all__ = [", *(f"    {literal(name)}," for name in names), "]"]
        self._files["__init__.py"] = ("all documents", "\n".join(lines) + "\n")


def _class_name(node: OperationDefinitionNode) -> str:
    return class_name(node.name.value if node.name else "")


def _with_header(source: str, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    name = source.encode("unicode_escape").decode("ascii")
    return (
        f"{HEADER} {__version__}. Do not edit: changes are overwritten.\n# Source: {name}\n# sha256: {digest}\n\n{text}"
    )
