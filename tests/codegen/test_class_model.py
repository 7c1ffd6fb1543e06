"""Written-out classes."""

from __future__ import annotations

from .sample_definitions import written


def test_a_class_with_a_union() -> None:
    """A method decides by the name of the type; the classes are found near the class itself."""
    text = written("classes")
    assert 'self.found = None if (v0 := data["found"]) is None else decode_items(cls.read_found, v0)' in text
    assert "self.body_html = (\n                UNSET if " in text
    assert (
        """
    @classmethod
    def read_found(cls, data: Any) -> F.FoundA | F.FoundNamed | F.FoundOther:
        typename = typename_of(data)
        if typename == "A":
            return cls.FoundA.from_data(data)
        if typename in {"B", "C"}:
            return cls.FoundNamed.from_data(data)
        return cls.FoundOther.from_data(data)
"""
        in text
    )
