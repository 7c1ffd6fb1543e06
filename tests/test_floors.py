"""The requirements and claims of setup.cfg: no release with an advisory in SECURITY.md, no Python that has not run."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([0-9.]+) \|", re.MULTILINE)


def floors() -> list[tuple[str, Version]]:
    """Return each package with the first release of each release line that SECURITY.md accepts."""
    return [(name, Version(version)) for name, version in ROW.findall((ROOT / "SECURITY.md").read_text())]


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def requirements(name: str) -> Iterator[Requirement]:
    """Yield the requirements of setup.cfg for a package, in all extras."""
    config = setup()
    for text in (config["options"]["install_requires"], *config["options.extras_require"].values()):
        for line in text.strip().splitlines():
            requirement = Requirement(line)
            if requirement.name == name and requirement.specifier:
                yield requirement


def too_old(name: str, floor: Version) -> list[Version]:
    """Return releases below a floor: all of its line, and any before the lowest line."""
    major, minor, micro = floor.release + (0,) * (3 - len(floor.release))
    older = [Version(f"{major}.{minor}.{number}") for number in range(micro)]
    if floor == min(other for package, other in floors() if package == name):
        older += [Version(f"{major}.{number}.999") for number in range(minor)]
    return older


@pytest.mark.parametrize(("name", "floor"), floors(), ids=str)
def test_no_release_with_a_known_advisory_is_accepted(name: str, floor: Version) -> None:
    """Every requirement excludes the releases that SECURITY.md calls too old, and accepts the first other one."""
    found = list(requirements(name))
    assert found
    for requirement in found:
        assert [str(version) for version in too_old(name, floor) if version in requirement.specifier] == []
        assert floor in requirement.specifier


def test_the_packages_that_move_bytes_have_floors() -> None:
    """No package is missing from SECURITY.md."""
    assert {name for name, _ in floors()} >= {"aiohttp", "graphql-core", "requests", "urllib3"}


def test_claimed_pythons() -> None:
    """The classifiers, the README and tox name the same versions of Python."""
    claimed = re.findall(r"Python :: (3\.\d+)", setup()["metadata"]["classifiers"])
    assert f"Python | {claimed[0]} to {claimed[-1]} " in (ROOT / "README.md").read_text()
    tox = "py{" + ",".join(version.replace(".", "") for version in claimed) + "}"
    assert tox in (ROOT / "tox.ini").read_text()
