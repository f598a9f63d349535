"""How the documentation is built: ``python -m sphinx -W -b html docs docs/_build/html``."""

import runpy
from pathlib import Path

VERSION = Path(__file__).resolve().parents[1] / "flask_newsblog" / "_version.py"

project = "flask_newsblog"
author = "the authors of flask_newsblog"
project_copyright = f"2026, {author}"
version = release = runpy.run_path(str(VERSION))["__version__"]

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"flask_newsblog {version}"
html_show_sphinx = False
