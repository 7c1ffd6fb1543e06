"""The ``syncgql`` command: its subcommands, and the handling of their errors."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from ..exceptions import SyncGQLError
from ..messages import escaped
from .exit_codes import ExitCode, exit_code

COMMANDS = {
    "run": "Send a query or mutation and print its data.",
    "subscribe": "Print the events of a subscription, one JSON line each.",
    "schema": "Print a schema as SDL or JSON.",
    "check": "Check documents against a schema.",
    "diff": "List the changes between two schemas.",
    "codegen": "Write typed Python for the documents of a project.",
    "persist": "Write the manifest of trusted documents.",
    "ping": "Show which protocols a server speaks.",
    "completion": "Print the completion script of a shell.",
    "demo": "Start a GraphQL server and show the client at work.",
}
"""The subcommands, each with the first line of its help."""

OTHER_NAMES = {
    "execute": "run",
    "help": "--help",
    "introspect": "schema",
    "listen": "subscribe",
    "mutation": "run",
    "query": "run",
    "send": "run",
    "subscription": "subscribe",
    "validate": "check",
}
"""Names of commands in other tools, each with the corresponding name here."""


class Commands(click.Group):
    """A group that imports a subcommand on first use, so that no subcommand pays for the imports of another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".commands.{cmd_name}", __package__)
        found: click.Command = getattr(module, cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a subcommand; suggest one if its name is misspelled or missing."""
        name = args[0]
        if "://" in name:  # The URL may contain a password, so the message does not repeat it.
            ctx.fail("A command comes before the URL: syncgql run URL.")
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = [OTHER_NAMES[name]] if name in OTHER_NAMES else difflib.get_close_matches(name, COMMANDS, 1)
            ctx.fail(f"No such command {name!r}.{f' Did you mean {near[0]!r}?' if near else ''}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; if it fails, exit with the code for the error."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # flush here, where a closed pipe is handled
        except click.NoSuchOption as error:
            if error.option_name not in ("--debug", "--version"):
                raise
            place = f"It comes before the command: syncgql {error.option_name} {ctx.invoked_subcommand}"
            raise click.UsageError(f"{error.format_message()} {place}", error.ctx) from error
        except click.ClickException as error:
            if ctx.params["debug"]:
                _print_traceback(error)
            raise
        except SyncGQLError as error:
            _fail(error, exit_code(error), debug=ctx.params["debug"])
        except BrokenPipeError:
            _exit_quietly()
        except OSError as error:
            _fail(error, ExitCode.USAGE, debug=ctx.params["debug"])
        except (KeyboardInterrupt, click.Abort):  # click raises Abort for Ctrl-C and Ctrl-D in a prompt
            sys.exit(ExitCode.INTERRUPTED)
        return result


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syncgql")
@click.option("--debug", is_flag=True, help="Show the log and the tracebacks of errors on standard error.")
def command(debug: bool) -> None:
    """A GraphQL client for the command line.

    Results go to standard output, everything else to standard error. Instead of a URL, you can pass the name of an
    endpoint that pyproject.toml defines as [tool.syncgql.endpoints.NAME].
    """
    if debug:
        import logging

        logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s: %(message)s")
        # asyncio's messages are about the internals of the loop.
        logging.getLogger("asyncio").setLevel(logging.WARNING)


def _fail(error: Exception, code: ExitCode, *, debug: bool) -> NoReturn:
    from .option_names import in_options

    if debug:
        _print_traceback(error)
    click.echo(f"syncgql: {escaped(in_options(str(error), error))}", err=True)
    sys.exit(code)


def _print_traceback(error: Exception) -> None:
    import traceback

    click.echo(escaped("".join(traceback.format_exception(error))), err=True, nl=False)


def _exit_quietly() -> NoReturn:
    # Python flushes standard output again at exit, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(ExitCode.CLOSED_PIPE)
