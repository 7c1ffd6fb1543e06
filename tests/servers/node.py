"""NodeProcess: a server of ``tests/node`` in a process of its own."""

from __future__ import annotations

import shutil

from syncgql.cli.demo.server_process import ServerProcess

from ..node_packages import ROOT


class NodeProcess(ServerProcess):
    """A script below ``tests/node`` that serves GraphQL, as ServerProcess runs Python modules."""

    def command(self) -> list[str]:
        return [shutil.which("node") or "node", str(ROOT / self.module), *self.arguments]
