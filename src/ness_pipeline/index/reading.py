"""Read and check a definition; each error is one sentence.

The published definition is `warehouse/index/eco_security_index.toml`; any copy of it can be changed and computed with
`ness index --definition`. A definition is checked against the contracts, so that a measure, a group or a reason that does
not exist is named before anything is computed.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.contract.measures import measures
from ness_pipeline.errors import WrongUsage
from ness_pipeline.index.definition import HALVES, Definition, Measure
from ness_pipeline.paths import sql_folder
from ness_pipeline.schemas.vocabulary import REASONS, ROLL_UPS, TAXON_GROUPS

OWN_TABLE = "metrics.eco_security_index"
"""The one table of measures that the index itself makes: none of them may go into it."""


@functools.cache
def _known_measures() -> dict[str, tuple[Table, str | None]]:
    """The table of each published number, and whether higher or lower is better, by the name of the number."""
    return {column.name: (table, measure.better) for table, column, measure in measures()}


def tables_of(definition: Definition) -> frozenset[str]:
    """Metric tables whose numbers go into the index."""
    return frozenset(_known_measures()[measure.metric][0].name for measure in definition.measures)


def _wrong(definition: Definition) -> Iterator[str]:
    """The errors of a definition, one sentence each."""
    for half in sorted({*HALVES, *definition.half}):
        if half not in definition.half:
            yield f"The definition has no half {half!r}; an index needs {' and '.join(HALVES)}."
        if half not in HALVES:
            yield f"The definition has a half {half!r}; an index has {' and '.join(HALVES)} and no other."
    for reason in definition.missing.not_applicable:
        if reason not in REASONS:
            yield f"{reason!r} is no reason that a metric gives; choose from {', '.join(REASONS)}."
    for kind, names in (
        ("pillar", [name for half in HALVES for name in definition.half[half].pillar]),
        ("measure", [measure.name for measure in definition.measures]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"The definition has the {kind} {name} twice; keep one of them."
    _ = definition.half_weights, definition.pillar_weights, definition.measure_weights  # computing them checks them
    for measure in definition.measures:
        yield from _unknown(measure)
        yield from _wrong_goalposts(measure)
        yield from _wrong_grain(measure)
    if all(measure.max_age_years is None for measure in definition.measures):
        yield "No measure of the definition has years, so there is no year to compute; give one max_age_years."


def _unknown(measure: Measure) -> Iterator[str]:
    known = _known_measures()
    if measure.metric not in known:
        suggestions = difflib.get_close_matches(measure.metric, known, n=1)
        hint = f"did you mean {suggestions[0]!r}?" if suggestions else "`ness metrics` lists them all."
        yield f"The definition names the measure {measure.metric!r}, which no metric has; {hint}"
    elif known[measure.metric][0].name == OWN_TABLE:
        yield f"{measure.name} is made by the index itself and cannot be part of it; name another measure."


def _wrong_goalposts(measure: Measure) -> Iterator[str]:
    name, better = measure.name, _known_measures()[measure.metric][1]
    if measure.worst == measure.best:
        yield f"The goalposts of {name} are both {measure.worst:g}; a score needs two different ones."
    if measure.scale == "log" and min(measure.worst, measure.best) <= 0:
        yield f"The goalposts of {name} must be above 0 for a logarithmic scale; raise them, or use the linear one."
    direction = "higher" if measure.best > measure.worst else "lower"
    if better not in {None, direction}:
        yield f"The goalposts of {name} say that {direction} is better, but its contract says {better}; swap them."


def _wrong_grain(measure: Measure) -> Iterator[str]:
    name, (table, _) = measure.name, _known_measures()[measure.metric]
    groups = (*TAXON_GROUPS, *ROLL_UPS)
    if table.has("taxon_group") and measure.taxon_group not in groups:
        present = "has none" if measure.taxon_group is None else f"has {measure.taxon_group!r}"
        yield f"{measure.metric} needs a taxon_group and {present}; choose from {', '.join(groups)}."
    if not table.has("taxon_group") and measure.taxon_group is not None:
        yield f"{measure.metric} has no groups, so it cannot be that of {measure.taxon_group!r}; leave taxon_group out."
    years = [column for column in table.columns if column.name == "year"]
    if not years and measure.max_age_years is not None:
        yield f"{name} has no years, so its values have no age; leave max_age_years out."
    if years and not years[0].nullable and measure.max_age_years is None:
        yield f"{name} has a value per year; say with max_age_years how long one stands for the years after it."


def definition_file() -> Path:
    """The file of the published definition."""
    return sql_folder("index") / "eco_security_index.toml"


def read_definition(path: Path | None = None) -> Definition:
    """Read and check a definition.

    Args:
        path: a TOML file; None means the published definition.

    Raises:
        WrongUsage: there is no such file, it cannot be read, or it has an error.
    """
    file = path or definition_file()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = (
            f"The definition {file} cannot be read ({error.strerror}); `ness index --show` prints one to start from."
        )
        raise WrongUsage(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUsage(f"The definition {file} is no TOML ({error}); correct it there.") from error
    try:
        definition = Definition.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ").lower()
        raise WrongUsage(f"The definition {file} is not usable at {place} ({message}); correct it there.") from error
    for error_sentence in _wrong(definition):
        raise WrongUsage(error_sentence)
    return definition


@functools.cache
def published_definition() -> Definition:
    """The definition behind the published tables."""
    return read_definition()
