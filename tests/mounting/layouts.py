"""Layouts of hosts that have their own, as files in memory."""

from __future__ import annotations

from flask import Flask
from jinja2 import DictLoader

SITE = """<!doctype html>
<html lang="en"><head><title>{% block title %}{% endblock %}</title>
{% block head %}{% endblock %}</head>
<body><p>The town's own banner</p><main>{% block content %}{% endblock %}</main></body></html>
"""
ONE_LINE = '{% extends "site.html" %}'


def give_templates(app: Flask, **files: str) -> None:
    """Put files into the host's templates folder; ``__`` is a slash, and ``.html`` is added."""
    named = {name.replace("__", "/") + ".html": text for name, text in files.items()}
    app.jinja_loader = DictLoader(named)


def give_layout(app: Flask, **files: str) -> None:
    """Give the host a layout of its own, which the blog obeys by one line."""
    give_templates(app, site=SITE, newsblog__layout=ONE_LINE, **files)
