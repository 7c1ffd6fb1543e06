"""What can be typed after ``syncgql``."""

from __future__ import annotations

from importlib.util import find_spec

import click

from .demo.server_process import ServerLeft

DEMO_LIBRARIES = {
    "strawberry": "strawberry-graphql",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
    "websockets": "websockets",
}


@click.group()
@click.version_option(package_name="syncgql")
def command() -> None:
    """A GraphQL client for ordinary synchronous Python."""


@command.command()
@click.option("--serve", is_flag=True, help="Only start the demo's server and print its URL, to try things on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Where the demo's server listens; a free port when nothing is said.",
)
def demo(serve: bool, port: int) -> None:
    """Show the client at work against a real GraphQL server, started for the occasion."""
    missing = [name for module, name in DEMO_LIBRARIES.items() if find_spec(module) is None]
    if missing:
        raise click.ClickException(
            f"the demo needs {', '.join(missing)}; install what it needs with: pip install 'syncgql[demo]'"
        )
    from .demo.command import serve_only, show

    try:
        if serve:
            serve_only(port)
        else:
            show(port)
    except ServerLeft as error:
        raise click.ClickException(str(error)) from error
