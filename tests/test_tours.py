"""How long the way of a call is: the functions of this package that start, and the files that they are in.

A tour is what a reader follows with a debugger. The limits are the counts of the tours that the design shows, which
``python -m tests.docs.generate`` records; a change that needs a longer way raises them here, on purpose.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from .docs.page import ROOT
from .docs.tours import TOURS, Tour

LONGEST = {
    "execute": (55, 21),
    "batch": (71, 22),
    "event": (11, 7),
    "reconnect": (102, 31),
    "upload": (117, 32),
}
"""For each tour the functions that start and their files, at most."""


@pytest.fixture
def without_log() -> Iterator[None]:
    """Each handler of pytest's formats the messages again, which is not part of a tour."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("without_log")
@pytest.mark.parametrize("record", TOURS, ids=lambda record: record.__name__)
def test_a_tour_is_within_the_limits_of_the_design(record: Callable[[], Tour]) -> None:
    """The limits apply to functions and to files."""
    tour = record()
    calls, files, _ = tour.counts
    most_calls, most_files = LONGEST[tour.name]
    assert calls <= most_calls, tour.markdown()
    assert files <= most_files, tour.markdown()


@pytest.mark.parametrize("name", LONGEST)
def test_the_design_shows_the_tours_of_these_lengths(name: str) -> None:
    """The recorded lists are those of the code, so they begin with these numbers."""
    text = (ROOT / f"docs/_static/tours/{name}.md").read_text("utf-8")
    assert text.startswith("{} calls in {} files.".format(*LONGEST[name]))
