"""The data dictionary as one page: how to connect, and what each table, column and unit means; written from the contracts."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import jinja2
import markupsafe

from ness_pipeline import __version__
from ness_pipeline.build.models import models
from ness_pipeline.contract.dictionary import Column, Table, tables
from ness_pipeline.publish.publication import PUBLISHED_LAYERS
from ness_pipeline.schemas.vocabulary import REASONS
from ness_pipeline.share.datapackage import constraints_of

PageForm = Literal["markdown", "html"]

LAYER_SAYS = {
    "metrics": "What is published: numbers per country, each with `reportable` and a reason where it may not be quoted.",
    "core": "The facts they are computed from: one row per fact, after every source has been weighed.",
    "ops": "How the file came to be: runs, loads, refused rows, provenance, citations, publications.",
}
"""Layers in the order of the page, with what each holds."""


@dataclass(frozen=True)
class Line:
    """One column as the page shows it."""

    name: str
    type: str
    unit: str
    says: str
    demands: str


@dataclass(frozen=True)
class Entry:
    """One table as the page shows it.

    Attributes:
        name: layer and table.
        kind: table or view.
        says: what a row is, and what else the contract says.
        traps: what to look out for, one by one.
        grain: columns that identify a row.
        method: definition, formula and source, from the head of the SQL model.
        columns: its columns.
    """

    name: str
    kind: str
    says: list[str]
    traps: list[str]
    grain: str
    method: str
    columns: list[Line]

    @property
    def anchor(self) -> str:
        """Identifier of the table's element on the page."""
        return self.name.replace(".", "-")


def entries() -> Iterator[Entry]:
    """Every published table: metrics, then core, then ops."""
    for layer in LAYER_SAYS:
        for table in tables().values():
            if table.layer == layer and layer in PUBLISHED_LAYERS:
                yield _entry(table)


def _entry(table: Table) -> Entry:
    paragraphs = [" ".join(part.split()) for part in table.description.split("\n\n") if part.strip()]
    traps = [part.removeprefix("Traps:").strip() for part in paragraphs if part.startswith("Traps:")]
    known = models()
    return Entry(
        name=table.name,
        kind="view" if table.is_view else "table",
        says=[part for part in paragraphs if not part.startswith("Traps:")],
        traps=[_sentence(trap) for part in traps for trap in re.split(r";\s+", part)],
        grain=", ".join(table.grain),
        method=known[table.name].definition if table.name in known else "",
        columns=[
            Line(
                column.name,
                column.sql_type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"),
                column.unit or "",
                column.description,
                "; ".join(filter(None, [_demands(constraints_of(column)), _rests_on(column)])),
            )
            for column in table.columns
        ],
    )


def _rests_on(column: Column) -> str:
    """On which bases a published number may be quoted; nothing for all other columns."""
    return "" if column.measure is None else f"to be quoted on {' or '.join(column.measure.quotable)}"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _demands(constraints: dict[str, Any]) -> str:
    """Constraints in few words: whether it may be missing, bounds, values."""
    limits = [] if constraints.get("required") else ["may be NULL"]
    if "minimum" in constraints or "maximum" in constraints:
        limits.append(f"{_number(constraints.get('minimum'))} to {_number(constraints.get('maximum'))}")
    if "enum" in constraints:
        limits.append("one of " + ", ".join(str(value) for value in constraints["enum"]))
    if "pattern" in constraints:
        limits.append(f"like {constraints['pattern']}")
    return "; ".join(limits)


def _number(value: float | None) -> str:
    if value is None:
        return "any"
    return f"{value:.0e}".replace("e+", "e") if abs(value) >= 10**6 else f"{value:g}"  # long numbers are hard to read


def _code(text: str) -> markupsafe.Markup:
    """Text for HTML with what stands between back-ticks as code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))  # noqa: S704  (escaped)


@functools.cache
def _templates() -> jinja2.Environment:
    folder = str(files("ness_pipeline.share") / "pages")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["code"] = _code
    return environment


def dictionary_page(form: PageForm = "markdown", published: str = "warehouse/ness.duckdb") -> str:
    """The whole page.

    Args:
        form: Markdown, or an HTML page that stands alone.
        published: path of the published file, for the instructions.
    """
    listed = list(entries())
    template = _templates().get_template(f"dictionary.{'md' if form == 'markdown' else 'html'}.j2")
    by_layer = {layer: [entry for entry in listed if entry.name.startswith(f"{layer}.")] for layer in LAYER_SAYS}
    return template.render(
        layers=by_layer, layer_says=LAYER_SAYS, reasons=REASONS, published=published, version=__version__
    )
