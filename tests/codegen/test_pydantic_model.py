"""Models of pydantic."""

from __future__ import annotations

from .sample_definitions import written


def test_a_class_with_a_union() -> None:
    """Annotations contain the information that pydantic needs."""
    text = written("pydantic")
    union = 'Annotated[F.FoundA | F.FoundNamed | F.FoundOther, ByTypename("A", ("B", "C"))]'
    assert f"    found: list[{union}] | None\n" in text
    assert "    body_html: Annotated[str | Unset, Absent()] = (\n        pydantic.Field(" in text
    assert '    price: Annotated[app.Money, ParsedBy("Money", app.parse)]\n' in text
