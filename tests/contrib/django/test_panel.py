"""The panel of the debug toolbar, in a site that runs the real one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from syncgql.cli.demo.server_process import ServerProcess

from ...fix_servers import PATIENCE
from .browser import chromium, screenshot, site

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a page whose view sends some operations."""
    with ServerProcess("syncgql.cli.demo.server") as library, site(tmp_path_factory.mktemp("site"), library.url) as url:
        yield url


def panel(address: str, page: str) -> str:
    """The content of the panel for a page."""
    found = re.search(r'data-(request|store)-id="([^"]+)"', page)
    assert found is not None
    answer = requests.get(
        f"{address}__debug__/render_panel/",
        {f"{found[1]}_id": found[2], "panel_id": "GraphQLPanel"},
        timeout=60,
    )
    return html.unescape(answer.json()["content"])


def test_each_operation_is_shown(address: str) -> None:
    """This includes operations of threads and batches, and failed ones. The page says how many there were."""
    answer = requests.get(address, timeout=60)
    assert "8 operations in " in answer.text
    assert 'desc="GraphQL 8 operations"' in answer.headers["Server-Timing"]
    shown = panel(address, answer.text)
    rows = [[cell.strip() for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)] for row in shown.split("<tr>")[2:]]
    assert [row[0] for row in rows] == [
        "query Books",
        "query Book<br><strong>2 times the same</strong>",
        "query Book<br><strong>2 times the same</strong>",
        "query InAThread",
        "query First",
        "query Second",
        "query Wrong",
        "query Nowhere",
    ]
    assert [row[3] for row in rows] == ["200"] * 6 + ["200<br><strong>1 error</strong>", "TransportConnectionFailed"]
    assert {row[4] for row in rows} == {"1"}
    assert rows[1][1:3] == ["<pre>query Book($id: ID!) { book(id: $id) { title } }</pre>", "$id"]


def test_a_page_without_operations(address: str) -> None:
    """Operations of another page are not shown."""
    page = requests.get(f"{address}empty/", timeout=60).text
    assert "0 operations in 0 ms" in page
    assert "No GraphQL operations" in panel(address, page)


@pytest.mark.timeout(6 * PATIENCE)
def test_a_browser_shows_it(address: str, tmp_path: Path) -> None:
    """The documentation has such a picture."""
    program = chromium()
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    screenshot(program, address, tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(PNG)
