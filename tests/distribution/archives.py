"""The wheel and the sdist: how they are built, and what they must contain."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

MANUAL = ".data/data/share/man/man1/syncgql.1"
"""The end of the manual page's path in the wheel, which begins with the version."""


def build(folder: Path) -> None:
    """Build both archives into a folder.

    Raises:
        RuntimeError: the build failed; the message is its output.
    """
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    # Coverage would measure a copy of the package, which is gone when it reports.
    env = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_START"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def built(folder: Path) -> tuple[Path, Path]:
    """Return the wheel and the sdist in a folder that has one of each."""
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return wheel, sdist


def problems(wheel: Path, sdist: Path) -> list[str]:
    """Return what the archives lack and what they have too much."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "syncgql").rglob("*")
        if path.suffix in {".py", ".typed", ".html"}
    }
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    metadata = {name for name in in_wheel if ".dist-info/" in name}
    found = [f"{wheel.name} lacks {name}" for name in sorted(expected - in_wheel)]
    manual = {name for name in in_wheel if name.endswith(MANUAL)}
    found += [f"{wheel.name} contains {name}" for name in sorted(in_wheel - expected - metadata - manual)]
    if not any(name.endswith("/LICENSE") for name in metadata):
        found.append(f"{wheel.name} lacks the licence")
    if not manual:
        found.append(f"{wheel.name} lacks the manual page")
    wanted = expected | {"docs/syncgql.1", "LICENSE", "README.md", "setup.cfg", "setup.py", "pyproject.toml"}
    return found + [f"{sdist.name} lacks {name}" for name in sorted(wanted - in_sdist)]
