"""Read a multipart form with the parser of Starlette."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from python_multipart import MultipartParser


@dataclass
class Part:
    """One part of a form; header names are in lower case."""

    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def name(self) -> str | None:
        return self._parameter("name")

    @property
    def filename(self) -> str | None:
        return self._parameter("filename")

    def _parameter(self, name: str) -> str | None:
        match = re.search(rf'; {name}="([^"]*)"', self.headers["content-disposition"])
        return match and match[1]


class Form:
    """The parts of a form, as they arrive; ``whole`` after the closing boundary."""

    def __init__(self, content_type: str) -> None:
        self.parts: list[Part] = []
        self.whole = False
        self._header = b""
        self._value = b""
        self._parser = MultipartParser(
            content_type.partition("boundary=")[2],
            {
                "on_part_begin": lambda: self.parts.append(Part()),
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> None:
        self._parser.write(data)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self.parts[-1].headers[self._header.decode().lower()] = self._value.decode()
        self._header = self._value = b""

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].content += data[start:end]

    def _on_end(self) -> None:
        self.whole = True


def parse_form(content_type: str, body: bytes) -> list[Part]:
    """Return the parts of a complete form."""
    form = Form(content_type)
    form.feed(body)
    assert form.whole
    return form.parts
