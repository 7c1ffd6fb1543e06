"""Sphinx configuration."""

from importlib.metadata import version as installed_version
from pathlib import Path

from django.conf import settings

# A panel of the debug toolbar, which is in the reference, reads the settings when it is imported.
settings.configure()

project = "syncgql"
copyright = "the syncgql authors"
author = "the syncgql authors"
release = installed_version("syncgql")
version = ".".join(release.split(".")[:2])

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
# The READMEs of the examples are read beside their files; pages include what is in _static.
exclude_patterns = ["_build", "_static", "examples"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["column.css"]
html_search_scorer = str(Path(__file__).with_name("_static") / "search_scorer.js")
html_title = f"syncgql {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # an attribute that is also a member is then described once

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
