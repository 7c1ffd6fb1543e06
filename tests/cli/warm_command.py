"""A program that imports everything that ``syncgql`` imports, and then forks for each command that a test runs.

A new Python spends most of the time of a short command on imports. Each fork has the arguments, the environment, the
working directory and the standard streams of its command, and ends as every Python program does, with exit handlers.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import socket
import sys
from importlib import import_module
from typing import Any, NoReturn

import syncgql.cli

# Packages that the command imports inside functions.
IMPORTED_LATE = ("aiohttp", "click.shell_completion", "csv", "difflib", "graphql", "rich.progress", "rich.table")
NOT_IMPORTED = "syncgql.cli.demo.server"  # the server of the demo, which is a program of its own

DESCRIPTORS = 4  # standard input, output and error of a command, and the socket that describes it


def import_everything() -> None:
    """Import the modules of the command and those of its libraries."""
    for module in pkgutil.walk_packages(syncgql.cli.__path__, "syncgql.cli."):
        if module.name != NOT_IMPORTED:
            import_module(module.name)
    for name in IMPORTED_LATE:
        import_module(name)


def serve(requests: socket.socket) -> None:
    """Fork for each command, and return in its process; exit at the end of the requests."""
    while True:
        data, descriptors, _, _ = socket.recv_fds(requests, 1, DESCRIPTORS)
        if not data:
            os._exit(0)
        observer = os.fork()
        if observer == 0:
            requests.close()
            *streams, conversation = descriptors
            with socket.socket(fileno=conversation) as test:
                call = json.loads(test.makefile("r").readline())
                command = os.fork()
                if command:
                    observe(command, test)
            become(call, streams)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        reap()


def observe(command: int, test: socket.socket) -> NoReturn:
    """Report the number of the process of a command, and its exit code when it has ended."""
    os.closerange(0, 3)
    test.sendall(f"{command}\n".encode())
    _, status = os.waitpid(command, 0)
    test.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become(call: dict[str, Any], streams: list[int]) -> None:
    """Turn this process into that of a command."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(call["environment"])
    os.chdir(call["cwd"])
    sys.argv[1:] = call["arguments"]


def reap() -> None:
    """Release the processes of observers that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


if __name__ == "__main__":
    import_everything()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as all_requests:
        serve(all_requests)
    syncgql.cli.main()
