"""The index of options is complete, shows the defaults, and leads to pages that name the option."""

from __future__ import annotations

import inspect
import re

import pytest

from syncgql import Client

from .page import ROOT

PAGE = (ROOT / "docs/options.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", PAGE, re.MULTILINE)
# The methods in a cell, and the options in the next one
METHODS = {
    method: re.findall(r"`(\w+)`", options)
    for methods, options in re.findall(r"^\| (`\w+\(\)`.*?) \| (.*?):", PAGE, re.MULTILINE)
    for method in re.findall(r"`(\w+)\(\)`", methods)
}
PARAMETERS = inspect.signature(Client).parameters

# The page describes defaults whose values do not explain themselves.
DEFAULTS = {
    "timeout": "10 s",
    "execute_timeout": "10 s",
    "reconnect": "True",
    "json_serialize": "`dumps`",
    "json_deserialize": "`loads`",
}


def test_each_option_is_listed_once() -> None:
    """The page lists the parameters of ``Client``, and nothing else."""
    assert sorted(name for name, _, _ in ROWS) == sorted(PARAMETERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_default_is_the_one_of_the_client(row: tuple[str, str, str]) -> None:
    """Strings are in quotation marks."""
    name, shown, _ = row
    default = PARAMETERS[name].default
    written = f'`"{default}"`' if isinstance(default, str) else str(default)
    assert shown.strip() == DEFAULTS.get(name, written)


def test_each_method_with_options_is_listed() -> None:
    """With all of its keyword-only parameters, in their order."""
    methods = {name: value for name, value in inspect.getmembers(Client, inspect.isfunction) if name[0] != "_"}
    keyword_only = {
        name: [each.name for each in inspect.signature(method).parameters.values() if each.kind is each.KEYWORD_ONLY]
        for name, method in methods.items()
    }
    assert {name: options for name, options in keyword_only.items() if options} == METHODS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_linked_page_names_the_option(row: tuple[str, str, str]) -> None:
    """The option is in one of the linked pages, unless the row itself explains it and has no link."""
    name, _, what = row
    pages = [(ROOT / "docs" / page).read_text("utf-8") for page in re.findall(r"\]\((\w+\.md)", what)]
    assert name == "url" or not pages or any(re.search(rf"\b{name}=|`{name}`", page) for page in pages)
