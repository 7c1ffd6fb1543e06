"""Build the wheel and the sdist and try them; ``make dist`` runs this.

Each is installed in bare environments, away from the checkout: the wheel on each Python that is named, without and
with each extra, and the sdist on each Python. There, ``smoke.py`` uses it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .archives import build, built, problems
from .smoke import TRIALS

ROOT = Path(__file__).parents[2]
SMOKE = Path(__file__).with_name("smoke.py")
SECONDS = 300


class Trial(NamedTuple):
    """One installation.

    Attributes:
        python: the interpreter of the environment.
        archive: the wheel or the sdist.
        extra: the extra that is installed; empty for none.
    """

    python: str
    archive: Path
    extra: str

    def __str__(self) -> str:
        extra = f"[{self.extra}]" if self.extra else ""
        return f"{self.python}: {self.archive.name}{extra}"


def trials(pythons: list[str], wheel: Path, sdist: Path) -> Iterator[Trial]:
    for python in pythons:
        yield Trial(python, sdist, "")
        for extra in ("", *TRIALS):
            yield Trial(python, wheel, extra)


def run(trial: Trial) -> str | None:
    """Install and use the archive of a trial; return what failed, or None."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scripts = folder / "venv" / "bin"
        extra = f"[{trial.extra}]" if trial.extra else ""
        smoke = str(shutil.copy(SMOKE, folder))
        commands: list[list[str]] = [
            [trial.python, "-m", "venv", str(folder / "venv")],
            [str(scripts / "pip"), "install", "-q", "--disable-pip-version-check", f"{trial.archive}{extra}"],
            [str(scripts / "pip"), "check", "--disable-pip-version-check"],
            [str(scripts / "python"), "-I", "-W", "error", smoke, *([trial.extra] if trial.extra else [])],
        ]
        for command in commands:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS)
            if done.returncode or (command[-1] == trial.extra and done.stderr):
                return f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.distribution", description=__doc__)
    parser.add_argument("pythons", nargs="*", default=[sys.executable], help="interpreters; this one by default")
    pythons: list[str] = parser.parse_args().pythons
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    build(dist)
    wheel, sdist = built(dist)
    failures = problems(wheel, sdist)
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)], check=True)
    with ThreadPoolExecutor(2) as pool:
        all_trials = list(trials(pythons, wheel, sdist))
        for trial, failure in zip(all_trials, pool.map(run, all_trials), strict=True):
            print(f"{'failed' if failure else 'works'}: {trial}", flush=True)
            failures += [failure] if failure else []
    sys.exit("\n\n".join(failures) or None)


if __name__ == "__main__":
    main()
