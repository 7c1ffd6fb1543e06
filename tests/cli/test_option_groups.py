"""Groups of options."""

from __future__ import annotations

from dataclasses import dataclass

import click
from click.testing import CliRunner

from syncgql.cli.option_groups import option_group


@dataclass(frozen=True)
class Size:
    width: int
    height: int


def test_a_command_gets_the_values_as_one_object() -> None:
    """The command also has its own options, and its help lists them in order."""
    options = [click.option("--width", type=int), click.option("--height", type=int)]

    @click.command()
    @option_group(Size, "size", options)
    @click.option("--name")
    def draw(size: Size, name: str) -> None:
        click.echo(f"{size} {name}")

    outcome = CliRunner().invoke(draw, ["--height", "2", "--name", "a", "--width", "1"])
    assert outcome.output == f"{Size(1, 2)} a\n"
