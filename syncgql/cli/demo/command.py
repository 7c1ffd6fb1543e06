"""The demo: a real server, a client, and steps whose code is printed before they run."""

from __future__ import annotations

import inspect
import logging
import os
import shutil
import sys
import sysconfig
import time
from pathlib import Path
from textwrap import dedent

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax

from syncgql import Client

from ..exit_codes import ExitCode
from .server_process import ServerProcess
from .steps import STEPS, Step

SERVER = "syncgql.cli.demo.server"

EXAMPLE = """
from syncgql import Client

client = Client("{url}")
client.execute("{{ books {{ title author }} }}")
""".strip()


def show(port: int = 0) -> None:
    """Start the server, run each step with one client, and stop the server."""
    # On a busy machine, asyncio's debug mode reports slow callbacks, which would clutter the output.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    console = Console(highlight=False)
    console.print("Starting a small library: a Strawberry server in a separate process ...")
    with ServerProcess(SERVER, str(port)) as server:
        started = time.monotonic()
        console.print(f"The server listens at {server.url}")
        _print_step(console, "A client: it connects at its first call", f'client = Client("{server.url}")')
        with Client(server.url) as client:
            for step in STEPS:
                _print_step(console, title(step), body(step))
                step(client, server.url)
    console.print(f"\nDone in {time.monotonic() - started:.1f} seconds.", style="bold")
    console.print(f"Run `{own_command()} demo --serve` to start the server and try it yourself.")


def serve_only(port: int = 0) -> None:
    """Start the server, print its URL, and serve until Ctrl-C."""
    console = Console(highlight=False)
    try:
        with ServerProcess(SERVER, str(port)) as server:
            console.print(f"Serving a small library at {server.url}")
            console.print("Open it in a browser for GraphiQL, or try it from Python:\n")
            console.print(highlighted(EXAMPLE.format(url=server.url)))
            console.print("\nPress Ctrl-C to stop it.")
            sys.exit(f"The server exited with code {server.wait()}.")
    except KeyboardInterrupt:
        console.print("\nBye.")
        sys.exit(ExitCode.INTERRUPTED)


def own_command() -> str:
    """Return how to run this command from the shell: by its name if it is on the PATH, otherwise as a module."""
    own = shutil.which("syncgql", path=sysconfig.get_path("scripts"))
    if own is None:
        return f"{sys.executable} -m syncgql"
    found = shutil.which("syncgql")
    if found is not None and os.path.samefile(found, own):
        return "syncgql"
    path, here = Path(own), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def body(step: Step) -> str:
    """Return the source of a step without its first line and docstring."""
    source = inspect.getsource(step)
    return dedent(source.split('"""', 2)[2]).strip()


def title(step: Step) -> str:
    """Return the docstring of a step as a heading."""
    return (inspect.getdoc(step) or step.__name__).rstrip(".")


def highlighted(code: str) -> Syntax:
    """Return Python code with the colors of the terminal."""
    # Other themes write in white, even on a white background.
    return Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)


def _print_step(console: Console, heading: str, code: str) -> None:
    console.print()
    console.print(Panel(highlighted(code), title=f"[bold]{heading}[/bold]", title_align="left", expand=False))
