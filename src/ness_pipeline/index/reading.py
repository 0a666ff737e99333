"""Read and check a definition; each error is one sentence.

The published definition is `warehouse/index/eco_security_index.toml`; any copy of it can be changed and computed with
`ness index --definition`. A definition is checked against the contracts, so that a measure, a group or a reason that does
not exist is named before anything is computed.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import tomllib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from ness_pipeline.contract.dictionary import Table
from ness_pipeline.contract.measures import measures
from ness_pipeline.errors import WrongUsage, first_line
from ness_pipeline.index.definition import HALVES, Definition, Measure, Pillar
from ness_pipeline.paths import small_text, sql_folder
from ness_pipeline.schemas.vocabulary import INDEX_SETS, NO_MEANING, ROLL_UPS, TAXON_GROUPS

OWN_TABLE = "metrics.eco_security_index"
"""The one table of measures that the index itself makes: none of them may go into it."""


@functools.cache
def _known_measures() -> dict[str, tuple[Table, str | None]]:
    """The table of each published number, and whether higher or lower is better, by the name of the number."""
    return {column.name: (table, measure.better) for table, column, measure in measures()}


@functools.cache
def _units() -> dict[str, str | None]:
    """The unit of each published number."""
    return {column.name: column.unit for _, column, _ in measures()}


def tables_of(definition: Definition) -> frozenset[str]:
    """Metric tables whose numbers go into the index."""
    return frozenset(_known_measures()[metric][0].name for measure in definition.measures for metric in measure.metrics)


def _wrong(definition: Definition) -> Iterator[str]:
    """The errors of a definition, one sentence each."""
    yield from _wrong_names(definition)
    _ = definition.half_weights, definition.pillar_weights, definition.measure_weights  # computing them checks them
    for measure in definition.measures:
        yield from _unknown(measure)
    for measure in definition.measures:
        yield from _wrong_goalposts(measure)
        for metric in measure.metrics:
            yield from _wrong_grain(measure, metric)
    for name, pillar in definition.pillars.items():
        yield from _scored_twice(name, pillar)
    if all(measure.max_age_years is None for measure in definition.measures):
        yield "No measure of the definition has years, so there is no year to compute; give one max_age_years."


def _wrong_names(definition: Definition) -> Iterator[str]:
    for half in sorted({*HALVES, *definition.half}):
        if half not in definition.half:
            yield f"The definition has no half {half!r}; an index needs {' and '.join(HALVES)}."
        if half not in HALVES:
            yield f"The definition has a half {half!r}; an index has {' and '.join(HALVES)} and no other."
    for reason in definition.missing.not_applicable:
        if reason not in NO_MEANING:
            yield f"{reason!r} is no reason why a number has no meaning for a country; choose from {', '.join(NO_MEANING)}."
    for kind, names in (
        ("pillar", [name for half in HALVES for name in definition.half[half].pillar]),
        ("measure", [measure.name for measure in definition.measures]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"The definition has the {kind} {name} twice; keep one of them."


def _unknown(measure: Measure) -> Iterator[str]:
    known = _known_measures()
    for metric in measure.metrics:
        if metric not in known:
            suggestions = difflib.get_close_matches(metric, known, n=1)
            hint = f"did you mean {suggestions[0]!r}?" if suggestions else "`ness metrics` lists them all."
            yield f"The definition names the measure {metric!r}, which no metric has; {hint}"
        elif _units()[metric] != _units().get(measure.metric):
            yield f"{metric} cannot stand in for {measure.metric}: its unit is {_units()[metric]} and not {_units().get(measure.metric)}."
        elif measure.metrics.count(metric) > 1:
            yield f"{metric} cannot stand in for itself; leave else_metric out."
        elif known[metric][0].name == OWN_TABLE:
            yield f"{metric} is made by the index itself and cannot be part of it; name another measure."


def _wrong_goalposts(measure: Measure) -> Iterator[str]:
    name = measure.name
    if measure.worst == measure.best:
        yield f"The goalposts of {name} are both {measure.worst:g}; a score needs two different ones."
    if measure.scale == "log" and min(_all_goalposts(measure)) <= 0:
        yield f"The goalposts of {name} must be above 0 for a logarithmic scale; raise them, or use the linear one."
    direction = "higher" if measure.best > measure.worst else "lower"
    for metric in measure.metrics:
        better = _known_measures()[metric][1]
        if better not in {None, direction}:
            yield f"The goalposts of {name} say that {direction} is better, but the contract of {metric} says {better}; swap them."
    for end, goalpost, span in (
        ("worst", measure.worst, measure.worst_between),
        ("best", measure.best, measure.best_between),
    ):
        if span is not None and span[0] > span[1]:
            yield f"The span of the {end} of {name} runs from {span[0]:g} down to {span[1]:g}; write the smaller number first."
        elif span is not None and not span[0] <= goalpost <= span[1]:
            yield f"The {end} of {name} is {goalpost:g}, outside the span {span[0]:g} to {span[1]:g} in which it is varied; widen the span."
    low, high = measure.worst_between or (measure.worst,) * 2, measure.best_between or (measure.best,) * 2
    if max(low) >= min(high) and max(high) >= min(low):
        yield f"The spans of both goalposts of {name} meet, so a draw could have no score; narrow them."


def _all_goalposts(measure: Measure) -> list[float]:
    spans = (measure.worst_between or (), measure.best_between or ())
    return [measure.worst, measure.best, *(end for span in spans for end in span)]


def _wrong_grain(measure: Measure, metric: str) -> Iterator[str]:
    table, _ = _known_measures()[metric]
    name = metric if measure.taxon_group is None else f"{metric} ({measure.taxon_group})"
    groups = (*TAXON_GROUPS, *ROLL_UPS)
    if table.has("taxon_group") and measure.taxon_group not in groups:
        present = "has none" if measure.taxon_group is None else f"has {measure.taxon_group!r}"
        yield f"{metric} needs a taxon_group and {present}; choose from {', '.join(groups)}."
    if not table.has("taxon_group") and measure.taxon_group is not None:
        yield f"{metric} has no groups, so it cannot be that of {measure.taxon_group!r}; leave taxon_group out."
    years = [column for column in table.columns if column.name == "year"]
    if not years and measure.max_age_years is not None:
        yield f"{name} has no years, so its values have no age; leave max_age_years out."
    if years and not years[0].nullable and measure.max_age_years is None:
        yield f"{name} has a value per year; say with max_age_years how long one stands for the years after it."


def _scored_twice(pillar_name: str, pillar: Pillar) -> Iterator[str]:
    """Species that two measures of a pillar score: one of a group and one of a roll-up with that group, say."""
    for first, second in itertools.combinations(pillar.measure, 2):
        if shared := sorted(_groups_of(first) & _groups_of(second)):
            yield (
                f"{first.name} and {second.name} of the pillar {pillar_name} score the same species ({', '.join(shared)}); "
                "keep one of them."
            )


def _groups_of(measure: Measure) -> frozenset[str]:
    """The reporting groups whose species a measure scores; in the Red List Index of SDG 15.5.1 `all` is five of them."""
    if measure.taxon_group is None:
        return frozenset()
    if measure.taxon_group == "all" and _known_measures()[measure.metric][0].name == "metrics.red_list_index":
        return frozenset({"birds", "mammals", "amphibians", *INDEX_SETS.values()})
    return frozenset(group for group, roll_up in _roll_ups().items() if measure.taxon_group in {group, roll_up, "all"})


@functools.cache
def _roll_ups() -> dict[str, str | None]:
    """Each reporting group with its roll-up, as the seeds have them."""
    groups = pl.read_csv(sql_folder("seeds") / "taxon_group.csv", infer_schema=False, glob=False)
    return dict(groups.filter(is_roll_up="false").select("taxon_group", "roll_up").iter_rows())


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
        content = tomllib.loads(small_text(file))
    except OSError as error:
        message = f"The definition {file} cannot be read ({error.strerror or error}); `ness index --show` prints one to start from."
        raise WrongUsage(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongUsage(f"The definition {file} is no TOML ({first_line(error)}); correct it there.") from error
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
