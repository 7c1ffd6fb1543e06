"""The npm packages that some tests run; ``python -m tests.node_packages`` installs them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent / "node"
FOLDERS = (ROOT, ROOT / "apollo")
OLDEST = 20
INSTALL_SECONDS = 240

UNREACHABLE = frozenset({
    "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT", "E407", "E502", "E503", "E504",
    "SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "CERT_UNTRUSTED",
    "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
})  # fmt: skip
"""What npm says where there is no way to its registry."""

HOW_TO_CONFIGURE = (
    "If it needs a mirror, a proxy or a certificate here, set npm_config_registry, HTTPS_PROXY or NODE_EXTRA_CA_CERTS."
)


def why_not() -> str | None:
    """Return why the packages cannot be run here, or None if they can."""
    node = shutil.which("node")
    if node is None:
        return "Node is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST:
        return f"Node {OLDEST} or newer is not installed, only {version}"
    if not all(is_installed(folder) for folder in FOLDERS):
        return "the npm packages of tests/node are not installed; make node installs them"
    return None


def is_installed(folder: Path) -> bool:
    """Tell whether exactly the packages of the folder's lock file were installed."""
    stamp = folder / "node_modules" / ".syncgql-installed"
    return stamp.exists() and stamp.read_bytes() == (folder / "package-lock.json").read_bytes()


def install(folder: Path) -> None:
    """Install the packages of a folder's lock file.

    Raises:
        ConnectionError: npm cannot reach its registry.
        RuntimeError: npm failed for another reason.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not installed beside Node.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # npm's own limits are minutes for each package.
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ConnectionError(f"no answer within {INSTALL_SECONDS} s") from error
    code = re.search(r"\bcode (\w+)", done.stderr)
    if done.returncode and code is not None and code[1] in UNREACHABLE:
        raise ConnectionError(code[1])
    if done.returncode:
        raise RuntimeError(f"npm could not install the packages of {folder}:\n{done.stdout}\n{done.stderr}")
    shutil.copyfile(folder / "package-lock.json", folder / "node_modules" / ".syncgql-installed")


def main() -> None:
    """Install missing packages. A missing Node or registry is not a failure: the tests are skipped then."""
    if shutil.which("node") is None:
        return
    for folder in FOLDERS:
        if not is_installed(folder):
            try:
                install(folder)
            except ConnectionError as error:
                sys.stderr.write(
                    "The tests that run npm packages will be skipped, since npm cannot reach its registry: "
                    f"{error}. {HOW_TO_CONFIGURE}\n"
                )
                return
            except RuntimeError as error:
                sys.exit(str(error))


if __name__ == "__main__":
    main()
