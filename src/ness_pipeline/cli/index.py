"""`ness index`: the eco-security index of the published file, by the published definition or by one's own."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ness_pipeline.ask.query import Format, IndexPart
from ness_pipeline.cli.base import ASK, Sandbox, YearSpan, app, complete_country, console, settings_for, write_out
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import Paths

if TYPE_CHECKING:  # polars takes long to import, and `--show` needs none
    import duckdb
    import polars as pl

LINES_OF_EFFECT = 3
"""How many of the choices that move ranks most stand below a ranking."""


@app.command(rich_help_panel=ASK)
def index(
    countries: Annotated[
        list[str] | None,
        typer.Argument(help="ISO codes or names; none means the ranking.", autocompletion=complete_country),
    ] = None,
    definition: Annotated[
        Path | None, typer.Option(help="Compute with this definition instead of the published one.")
    ] = None,
    part: Annotated[IndexPart | None, typer.Option(help="One part of the index as it is stored.")] = None,
    without: Annotated[
        str | None, typer.Option(help="What leaving out this measure or pillar changes.", metavar="MEASURE")
    ] = None,
    years: YearSpan = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = "table",
    show: Annotated[bool, typer.Option("--show", help="Print the definition itself, to read or to copy.")] = False,
    sandbox: Sandbox = False,
) -> None:
    """The eco-security index, 0 worst and 1 best: the ranking of states, or a country's way from measures to score.

    Without --years, the latest year in which states are ranked, or each country's latest year with an index.
    """
    from ness_pipeline.index.reading import definition_file, read_definition

    own = None if definition is None else read_definition(definition)
    if show:
        write_out((definition or definition_file()).read_text(encoding="utf-8"))
        return
    from ness_pipeline.ask.index_table import ask_index, ask_without, index_tables
    from ness_pipeline.names.countries import resolve
    from ness_pipeline.names.years import Years

    if without is not None and part:
        raise WrongUsage("--without has its own table, so leave --part out.")
    published = Paths.of(settings_for(sandbox=sandbox)).published
    codes = resolve(countries) if countries else None
    span = Years.parse(years) if years else None
    if form == "table":
        from ness_pipeline.cli.terminal import show_kind

        show_kind(console, published)
    with index_tables(published, own) as tables:
        if without is not None:
            rows = ask_without(tables, without, countries=codes if form != "table" else None, years=span)
        else:
            rows = ask_index(tables, part or ("index" if codes else "ranking"), countries=codes, years=span)
        if form != "table":
            _write(rows, form)
        elif without is not None:
            _show_without(rows, codes, without)
        elif part:
            _show_rows(rows)
        elif codes:
            for row in rows.iter_rows(named=True):
                _show_way(row, tables)
        else:
            _show_ranking(rows, tables)


def _write(rows: pl.DataFrame, form: Format) -> None:
    """Print rows for a program."""
    if form == "parquet":
        content = io.BytesIO()  # polars would write to the descriptor itself, and know its own errors only
        rows.write_parquet(content)
        sys.stdout.buffer.write(content.getvalue())
    elif form == "csv":
        import polars as pl

        from ness_pipeline.spreadsheet import escaped

        write_out(rows.with_columns(pl.col(pl.String).map_elements(escaped, pl.String)).write_csv())
    else:
        from ness_pipeline.ask.answers import json_parts

        write_out("".join(json_parts(rows.columns, [rows.rows()])))


def _show_rows(rows: pl.DataFrame) -> None:
    from ness_pipeline.cli.terminal import show_rows

    show_rows(console, rows.columns, rows.rows())


def _say(sentence: str) -> None:
    console.print(sentence, soft_wrap=True)


def _range(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def _names() -> dict[str, str]:
    from ness_pipeline.names.countries import countries

    return {code: country.country_name for code, country in countries().items()}


def _show_ranking(rows: pl.DataFrame, tables: duckdb.DuckDBPyConnection) -> None:
    """The states of one year by rank, both ranges, and which choices move ranks most."""
    from ness_pipeline.ask.index_table import ask_index
    from ness_pipeline.cli.terminal import show_rows
    from ness_pipeline.names.years import Years

    if rows.is_empty():
        _say("No state has an index that may be quoted; `ness index KE` says what a country lacks.")
        return
    names = _names()
    shown = [
        (
            row["rank"],
            names.get(row["country_code"], row["country_code"]),
            row["year"],
            f"{row['eco_security_index']:.3f}",
            _range(row["index_range_low"], row["index_range_high"]),
            _range(row["index_missing_low"], row["index_missing_high"]),
            f"{row['coverage']:.0%}",
            f"{row['best_rank']} to {row['worst_rank']}",
        )
        for row in rows.iter_rows(named=True)
    ]
    show_rows(
        console, ("rank", "country", "year", "index", "other choices", "what is missing", "coverage", "ranks"), shown
    )
    _say(
        "\nother choices: what 90 % of the other choices of ours would give. what is missing: the index with all of that at its "
        "worst, and at its best. coverage: weight that has values. ranks: the best and the worst under any one other choice."
    )
    last = rows.get_column("year").to_list()[-1]
    effect = ask_index(tables, "effect", years=Years(last, last)).head(LINES_OF_EFFECT)
    for row in effect.iter_rows(named=True):
        most = f", {names[row['moved_most']]} most by {row['largest_rank_change']}" if row["moved_most"] else ""
        _say(f"{row['choice']}: moves a state by {row['rank_change']:.1f} ranks on average{most}.")
    version = next(
        iter(tables.execute("SELECT any_value(definition_version) FROM metrics.index_definition").fetchall())
    )
    _say(
        f"Definition {version[0]}. `ness index NAME` shows the way from measures to score, of any country or territory."
    )


def _show_without(rows: pl.DataFrame, codes: Sequence[str] | None, left_out: str) -> None:
    """What leaving a part out does to all states together, and to those asked for."""
    from ness_pipeline.cli.terminal import show_rows

    moved = [abs(places) for places in rows.get_column("places")]
    rows = rows.filter(rows["country_code"].is_in(codes)) if codes else rows
    if rows.is_empty():
        _say("None of these countries has an index that may be quoted.")
        return
    mean = sum(moved) / len(moved)
    _say(f"Without {left_out} a state moves by {mean:.1f} ranks on average, at most by {max(moved)}.")
    columns = ("country", "year", "rank", "rank_without", "eco_security_index", "index_without")
    shown = [(*row[:4], f"{row[4]:.3f}", f"{row[5]:.3f}") for row in rows.select(columns).iter_rows()]
    show_rows(console, ("country", "year", "rank", "rank without", "index", "index without"), shown)


def _show_way(row: dict[str, Any], tables: duckdb.DuckDBPyConnection) -> None:
    """One country and year: the index with both ranges, both halves, every measure, and what holds it down."""
    from ness_pipeline.ask.index_table import ask_index, ask_way
    from ness_pipeline.cli.terminal import show_rows
    from ness_pipeline.names.years import Years

    name, year = _names().get(row["country_code"], row["country_code"]), row["year"]
    way = ask_way(tables, row["country_code"], year)
    place = ask_index(tables, "ranking", countries=[row["country_code"]], years=Years(year, year)).to_dicts()
    if place:
        ranks = f"rank {place[0]['rank']} of {place[0]['countries']} states ({place[0]['best_rank']} to {place[0]['worst_rank']} under any one other choice)"
    else:
        ranks = f"not to be quoted and no rank ({row['reason']})"
    score = "no index" if row["eco_security_index"] is None else f"index {row['eco_security_index']:.3f}"
    _say(f"\n{name}, {year}: {score}, {ranks}; {row['coverage']:.0%} of the weight has values.")
    _say(
        f"Other choices of ours: {_range(row['index_range_low'], row['index_range_high'])}. What is missing at its worst and "
        f"at its best: {_range(row['index_missing_low'], row['index_missing_high'])}."
    )
    for half in ("ecological", "security"):
        of_half, why_not = row[f"{half}_system"], row[f"{half}_reason"]
        _say(
            f"\n{half} system {'has no score' if of_half is None else f'{of_half:.3f}'}"
            f"{f' (not to be quoted: {why_not})' if why_not else ''}, {row[f'{half}_coverage']:.0%} of its weight has values:"
        )
        shown = [
            (
                measure["pillar"],
                measure["metric"] + (f" ({measure['taxon_group']})" if measure["taxon_group"] else ""),
                measure["value"],
                measure["value_year"],
                f"{measure['worst']:g} to {measure['best']:g}",
                measure["score"],
                f"{measure['weight_used']:.0%}" if measure["weight_used"] else f"({measure['weight']:.0%})",
                measure["points"],
                measure["reason"],
            )
            for measure in way.iter_rows(named=True)
            if measure["half"] == f"{half}_system"
        ]
        show_rows(
            console, ("pillar", "measure", "value", "of", "goalposts", "score", "weight", "points", "reason"), shown
        )
    _say(
        "\npoints = score x weight, which sum to the half. A weight in brackets is lost, and the others are raised by it."
    )
    held = [measure for measure in way.iter_rows(named=True) if measure["score"] is not None]
    for measure in sorted(held, key=lambda part: part["weight_used"] * (part["score"] - 1))[:1]:
        if (measure["best_nearby_score"] or 0) > measure["score"]:
            nearby = f"the best nearby is {measure['best_nearby_country']} with {measure['best_nearby']:.4g}"
        else:
            nearby = "nobody nearby does better"
        _say(
            f"Most is lost at {measure['metric']}: {measure['value']:.4g} in {measure['value_year']} scores "
            f"{measure['score']:.2f}; {nearby}."
        )
    if row["same_measures_since"] == year:
        _say("No earlier year has the same measures, so none can be compared with this one.")
    else:
        _say(f"Compare years from {row['same_measures_since']} on: earlier ones have other measures.")
