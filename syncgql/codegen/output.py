"""The files of the generated package on disk: written atomically, compared, and removed when they are stale."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from .package import HEADER


def stale_files(folder: Path, files: Iterable[str]) -> list[Path]:
    """Return the files in *folder* that were generated earlier and are not among *files*."""
    kept = set(files)
    return [path for path in sorted(folder.glob("*.py")) if path.name not in kept and _is_ours(path)]


def changes(folder: Path, files: Mapping[str, str]) -> str:
    """Return a unified diff from the files in *folder* to *files*; empty if nothing would change."""
    pairs = [(folder / name, text) for name, text in files.items()]
    pairs += [(path, "") for path in stale_files(folder, files)]
    return "".join(file_changes(path, text) for path, text in sorted(pairs))


def write_files(folder: Path, files: Mapping[str, str]) -> tuple[list[Path], list[Path]]:
    """Write the changed files and remove the stale ones; return both lists.

    All files are written under temporary names before the first one is replaced, so an error leaves the folder
    unchanged.

    Raises:
        FileExistsError: a file of the same name was not generated.
        OSError: a file cannot be written.
    """
    changed = {folder / name: text for name, text in files.items() if _text(folder / name) != text}
    for path in changed:
        if path.exists() and not _is_ours(path):
            raise FileExistsError(f"{path} was not written by syncgql codegen; move it, or choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        ready = [(_temporary(path, text, cleanup), path) for path, text in changed.items()]
        for temporary, path in ready:
            os.replace(temporary, path)
    removed = stale_files(folder, files)
    for path in removed:
        path.unlink()
    return list(changed), removed


def write_file(path: Path, text: str) -> bool:
    """Write one file atomically if its text has changed; return whether it has.

    Symbolic links are followed, and pipes and devices are written to; none of them is replaced. ``/dev/stdout`` may be
    any of them.

    Raises:
        OSError: the file cannot be written.
    """
    if path.exists() and not path.is_file():
        path.write_text(text, "utf-8")
        return True
    path = path.resolve()
    if _text(path) == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as cleanup:
        os.replace(_temporary(path, text, cleanup), path)
    return True


def _temporary(path: Path, text: str, cleanup: contextlib.ExitStack) -> Path:
    """Write *text* to a temporary file next to *path*, which is removed at the end unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    cleanup.callback(temporary.unlink, missing_ok=True)
    with open(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    temporary.chmod(0o666 & ~_umask())
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _is_ours(path: Path) -> bool:
    return (_text(path) or "").startswith(HEADER)


def file_changes(path: Path, text: str) -> str:
    """Return a unified diff from a file to *text*; empty if nothing would change."""
    old, new = (_text(path) or "").splitlines(keepends=True), text.splitlines(keepends=True)
    name = path.as_posix()
    return "".join(difflib.unified_diff(old, new, name, name))
