"""The notebook example, run by a real Jupyter kernel, in which an event loop is running."""

from __future__ import annotations

import sys

from .programs import EXAMPLES, environment, run

RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        print(output.get("data", {}).get("text/plain") or output)
"""


def test_every_cell_runs(library: str) -> None:
    """Calls, proxies and a subscription work in a notebook without await."""
    notebook = EXAMPLES / "notebook" / "library.ipynb"
    done = run("notebook", sys.executable, "-c", RUN, str(notebook), env=environment(library))
    assert done.returncode == 0, done.stderr
    assert "'title': 'Ubik'" in done.stdout
    assert "['Kindred', 'Volume 1', 'Volume 2']" in done.stdout
    assert "Hitchhiker" in done.stdout.splitlines()[-1]
