"""NotebookLine: one line of output in a real Jupyter kernel."""

from __future__ import annotations

import pytest

from syncgql.bulk.notebook_line import line

from ..fix_scripts import RunScript

NOTEBOOK = """
import warnings

warnings.simplefilter("ignore")  # of nbclient
import nbclient, nbformat
from nbformat.v4 import new_code_cell, new_notebook
source = '''
import time
from syncgql.bulk.progress_option import progress_of
progress = progress_of(True, "nodes", 50)
for _ in range(50):
    progress.add(1)
    time.sleep(0.01)
progress.close()
'''
notebook = new_notebook(cells=[new_code_cell(source)])
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
for output in notebook.cells[0].outputs:
    if output.output_type == "display_data":  # others are messages of the kernel
        print(output.data["text/plain"])
"""


def test_one_line_is_updated(run_script: RunScript) -> None:
    """The cell has a single output, which ends with the complete count."""
    pytest.importorskip("nbclient")
    result = run_script(NOTEBOOK)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("nodes: 50/50, ")
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("done", "total", "seconds", "text"),
    [
        (1, 100, 0.0, "nodes: 1/100"),
        (50, 1000, 10.0, "nodes: 50/1,000, 5.0/s, 3:10 left"),
        (1000, 1000, 10.0, "nodes: 1,000/1,000, 100.0/s"),
        (30, None, 10.0, "nodes: 30, 3.0/s"),
    ],
)
def test_the_line(done: int, total: int | None, seconds: float, text: str) -> None:
    """It shows the count, total, rate and remaining time, as far as they are known."""
    assert line("nodes", done, total, seconds) == text
