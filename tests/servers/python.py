"""PythonProcess: one of the servers in this folder."""

from __future__ import annotations

from syncgql.cli.demo.server_process import ServerProcess


class PythonProcess(ServerProcess):
    """A server of the tests. It runs no code of the package, so coverage need not measure it, which takes time."""

    def environment(self) -> dict[str, str]:
        environment = super().environment()
        environment.pop("COVERAGE_PROCESS_START", None)
        return environment
