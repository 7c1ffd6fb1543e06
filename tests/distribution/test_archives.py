"""The wheel and the sdist contain the package, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from .archives import build, built, problems


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return built(folder)


def test_contents(archives: tuple[Path, Path]) -> None:
    """Both have every module, the licence, the manual page and the marker of typed packages."""
    assert problems(*archives) == []


def test_metadata(archives: tuple[Path, Path]) -> None:
    """The wheel names the extras, the command and the plugin of pytest."""
    wheel, _ = archives
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(f"{info}/METADATA").decode()
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
    for extra in ("requests", "appsync", "speed", "typed", "cli", "opentelemetry", "demo"):
        assert f"Provides-Extra: {extra}\n" in metadata
    assert "License-File: LICENSE" in metadata
    assert "syncgql = syncgql.cli:main" in entry_points
    assert "syncgql = syncgql.testing.plugin" in entry_points


def test_missing_files_are_named(archives: tuple[Path, Path], tmp_path: Path) -> None:
    """A wheel without a module, the licence and the manual page, and with a file too many, is reported."""
    wheel, sdist = archives
    broken = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            if name != "syncgql/deadline.py" and not name.endswith(("/LICENSE", "/syncgql.1")):
                target.writestr(name, source.read(name))
        target.writestr("tests/__init__.py", "")
    assert problems(broken, sdist) == [
        f"{wheel.name} lacks syncgql/deadline.py",
        f"{wheel.name} contains tests/__init__.py",
        f"{wheel.name} lacks the licence",
        f"{wheel.name} lacks the manual page",
    ]
