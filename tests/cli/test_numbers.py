"""Options that are numbers."""

from __future__ import annotations

import click
import pytest

from syncgql.cli.numbers import Number, WholeNumber
from tests.cli.processes import syncgql


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (WholeNumber(min=1), "x", "it must be a whole number, 1 or more, not 'x'."),
        (WholeNumber(min=1), "0", "it must be a whole number, 1 or more, not '0'."),
        (WholeNumber(min=1), "1.5", "it must be a whole number, 1 or more, not '1.5'."),
        (WholeNumber(0, 65535), "70000", "it must be a whole number, 0 to 65535, not '70000'."),
        (Number(min=0), "10s", "it must be a number, 0 or more, not '10s'."),
        (Number(min=0), "nan", "it must be a number, 0 or more, not 'nan'."),
        (Number(min=0, min_open=True), "0", "it must be a number, more than 0, not '0'."),
    ],
)
def test_a_wrong_number(kind: WholeNumber | Number, value: str, expected: str) -> None:
    """The message says which numbers are accepted."""
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(value, None, None)
    assert caught.value.message == expected


def test_numbers() -> None:
    """They are converted."""
    assert WholeNumber(min=1).convert("3", None, None) == 3
    assert Number(min=0).convert("0.5", None, None) == 0.5


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "http://h/", "--retry", "x"),
        ("run", "http://h/", "--timeout", "x"),
        ("subscribe", "http://h/", "--count", "x"),
        ("subscribe", "http://h/", "--for", "x"),
        ("demo", "--port", "x"),
    ],
)
def test_all_numbers_of_the_command(arguments: tuple[str, ...]) -> None:
    """The message names the option."""
    outcome = syncgql(*arguments)
    assert outcome.exit_code == 2
    assert f"Error: Invalid value for '{arguments[-2]}': it must be a " in outcome.stderr
