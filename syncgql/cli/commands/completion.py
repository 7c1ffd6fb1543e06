"""``syncgql completion``: prints the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from ..output import write

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    With this script, the shell completes commands, options, files and the names of endpoints.

    \b
    eval "$(syncgql completion bash)"                                    # in ~/.bashrc
    eval "$(syncgql completion zsh)"                                     # in ~/.zshrc
    syncgql completion fish > ~/.config/fish/completions/syncgql.fish
    """
    write(SHELLS[shell](ctx.find_root().command, {}, "syncgql", "_SYNCGQL_COMPLETE").source().strip())
