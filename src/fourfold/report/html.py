"""The page as one HTML file that needs no network.

Everything is inlined: style, scripts, charts. The content security policy names each script and the style by
its hash and allows nothing else, so markup that slipped through an escape would still not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from fourfold.report.escape import script_json, visible
from fourfold.report.format import BEFORE_UNIT
from fourfold.report.page import build
from fourfold.report.parts import Page

SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.min.js", "report.js")
OPTION = re.compile(r"(?<!\S)--[\w-]{1,24}")


def render(results: dict[str, Any], timings: dict[str, Any] | None = None) -> str:
    """The content of ``report.html`` for one study."""
    page = build(results, timings)
    chosen = page.scores.rows and next((row.colour for row in page.scores.rows if row.chosen), None)
    decided = page.verdict.kind in ("choose", "equivalent") and chosen is not None
    css, scripts = _asset("report.css"), [_asset(name) for name in SCRIPTS]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            accent=f"accent c{chosen}" if decided else "plain",
            css=Markup(css),
            scripts=[Markup(script) for script in scripts],
            specs=Markup(script_json(_specs(page))),
            config=Markup(_asset("vega-config.json").strip()),
            policy=policy(css, scripts),
        )
    )


def render_cell(results: dict[str, Any], timings: dict[str, Any] | None, path: str) -> str:
    """The verdict and the filled table for a notebook's cell: no script and no colour of its own.

    ``path`` is where the whole report lies.
    """
    page = build(results, timings)
    return _environment().get_template("cell.html.j2").render(page=page, path=path)


def _specs(page: Page) -> dict[str, list[dict[str, Any]]]:
    """The specs of all panels, by the name of the chart or example that they belong to."""
    examples = page.gallery.examples if page.gallery else ()
    return {
        drawn.name: [panel.spec for panel in drawn.panels]
        for drawn in (*page.charts, *examples)
        if drawn.panels
    }


def policy(css: str, scripts: list[str]) -> str:
    """The content security policy: nothing but these scripts, this style and images in the file itself."""
    hashes = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(css)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def _asset(name: str) -> str:
    return (files("fourfold.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fourfold.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters["command"] = _command
    return environment


def _command(line: str) -> Markup:
    """A line to copy, character for character, whose options are not broken after their dashes."""
    return Markup(OPTION.sub(r'<span class="option">\g<0></span>', str(escape(visible(line)))))


def _finalize(value: Any) -> Any:
    """Control and bidirectional characters as their escapes; autoescape then turns markup into text."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", visible(value))
