"""The npm packages of tests: installed where that is possible, and otherwise a reason to skip."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from . import node_packages
from .node_packages import FOLDERS, ROOT, install, is_installed, main, why_not

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the lock file of the first, but nothing installed."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Node nothing is installed, and the reason names it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    main()
    assert why_not() == "Node is not installed"


def test_with_an_old_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reason names the version that is too old."""
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v18.20.4\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert why_not() == "Node 20 or newer is not installed, only v18.20.4"


def test_not_installed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The reason says how to install the packages; packages that were installed for another lock file do not count."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / ".syncgql-installed").write_text("{}")
    assert not is_installed(folder)
    monkeypatch.setattr(node_packages, "FOLDERS", (folder,))
    if shutil.which("node"):
        assert why_not() == "the npm packages of tests/node are not installed; make node installs them"


@needs_npm
def test_without_a_registry(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the registry cannot be reached, there is a warning and no failure."""
    with socket.socket() as bound:  # it does not listen, and no other process gets its port
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{bound.getsockname()[1]}/")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        monkeypatch.setattr(node_packages, "FOLDERS", (folder,))
        main()
    assert "cannot reach its registry: ECONNREFUSED" in capsys.readouterr().err
    assert not is_installed(folder)


@needs_npm
def test_lock_that_does_not_fit(folder: Path) -> None:
    """A lock file that does not belong to its package.json is a failure."""
    package = json.loads((folder / "package.json").read_text())
    package["dependencies"]["graphql"] = "16.0.0"
    (folder / "package.json").write_text(json.dumps(package))
    with pytest.raises(RuntimeError, match=r"npm could not install(.|\n)*package-lock\.json"):
        install(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=["root", "apollo"])
def test_lock_files_name_no_registry(folder: Path) -> None:
    """The packages come from the registry that npm is configured for."""
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in packages.items() if name)
