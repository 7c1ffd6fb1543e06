"""describe_mismatch: the messages for operations that are not on a tape."""

from __future__ import annotations

from typing import Any

from syncgql.testing.recording import Recording
from syncgql.testing.tape_mismatch import SHOWN, describe_mismatch


def recording(operation: str = "query Book", document: str = "query Book { book }", **variables: Any) -> Recording:
    return Recording(operation, document.splitlines(), variables, {})


def test_other_variables() -> None:
    """The recording with the fewest differences is compared."""
    recorded = [recording(id="7", lang="de"), recording(id="9", lang="en", old=True)]
    assert describe_mismatch(recording(id="8", lang="en"), recorded).splitlines() == [
        'has no response to query Book {"id": "8", "lang": "en"}.',
        "The nearest recording has other variables:",
        '  id: "7" was recorded, "8" was sent',
        '  lang: "de" was recorded, "en" was sent',
        "The recorded operations are:",
        '  query Book {"id": "7", "lang": "de"}',
        '  query Book {"id": "9", "lang": "en", "old": true}',
    ]


def test_a_variable_that_was_not_recorded() -> None:
    """It says so."""
    text = describe_mismatch(recording(id="8"), [recording(old=True)])
    assert '  id: nothing was recorded, "8" was sent\n  old: true was recorded, nothing was sent' in text


def test_another_document() -> None:
    """The message has the difference."""
    text = describe_mismatch(
        recording(document="query Book {\n  book\n  year\n}"), [recording(document="query Book {\n  book\n}")]
    )
    assert "The document has changed since it was recorded:\n  --- recorded\n  +++ sent\n" in text
    assert "\n  +  year\n" in text


def test_another_name() -> None:
    """The nearest one is named."""
    text = describe_mismatch(recording("query Bok"), [recording(), recording("query Films")])
    assert "The nearest name is 'query Book'." in text


def test_long_and_empty_tapes() -> None:
    """The list is limited; repeated recordings are one line."""
    assert describe_mismatch(recording(), []).endswith("\nNothing was recorded.")
    many = [recording("query Film", n=number) for number in range(SHOWN + 5)]
    text = describe_mismatch(recording(), many * 2)
    assert text.endswith("\n  and 5 more")
