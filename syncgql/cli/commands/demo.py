"""``syncgql demo``: starts a real server and shows the features of the client."""

from __future__ import annotations

from importlib.util import find_spec

import click

from ..demo.server_process import ServerExited
from ..numbers import WholeNumber

LIBRARIES = {
    "strawberry": "strawberry-graphql",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
    "websockets": "websockets",
}


@click.command()
@click.option("--serve", is_flag=True, help="Only run the demo server, and print its URL.")
@click.option(
    "--port",
    type=WholeNumber(0, 65535),
    default=0,
    metavar="N",
    help="Port of the demo server; a free port by default.",
)
def demo(serve: bool, port: int) -> None:
    """Start a GraphQL server and show the client at work."""
    missing = [name for module, name in LIBRARIES.items() if find_spec(module) is None]
    if missing:
        raise click.ClickException(f"the demo needs {', '.join(missing)}; install the extra syncgql[demo]")
    from ..demo.command import serve_only, show

    try:
        if serve:
            serve_only(port)
        else:
            show(port)
    except ServerExited as error:
        raise click.ClickException(str(error)) from error
