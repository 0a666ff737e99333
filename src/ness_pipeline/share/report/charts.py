"""The charts, drawn up once for all pages: a page brings the rows, this module says how they are drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair as alt

from ness_pipeline.share.report.chart_parts import (
    FIRST,
    FOURTH,
    INK,
    ROWS,
    SECOND,
    THIRD,
    YEAR,
    Drawing,
    band,
    coloured,
    config,
    group_axis,
    one_per_measure,
    percent_axis,
    shaded,
    tooltip,
)
from ness_pipeline.share.report.sections.halves import EARLIER, SAME

CATEGORY_ORDER = (
    "Extinct",
    "Critically Endangered",
    "Endangered",
    "Vulnerable",
    "Near Threatened",
    "Least Concern",
    "Data Deficient",
    "Not assessed",
)
KINGDOM_ORDER = ("All animals", "All plants", "All fungi")
STROKES = alt.Legend(symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=300)
"""A legend of lines, which shows how each is broken."""
RED_LIST_SPAN = alt.DomainUnionWith(unionWith=[0.9, 1])
"""The span that an axis of the Red List Index shows at least, so that a step of rounding does not look like a fall."""
BAR, FINGER = 18, 240
"""Height of a bar and of a chart over years, in pixels."""


def course() -> Drawing:
    """The two halves over the years, each with its band; broken and pale where a year rests on other measures."""
    standings = (SAME, EARLIER)
    base = alt.Chart(ROWS).encode(
        x=YEAR, color=coloured("half", ("Ecological system", "Security system"), (FIRST, SECOND)), detail="measures:N"
    )
    whole = alt.Scale(domain=[0, 1])
    paled = alt.condition(alt.datum.measures == EARLIER, alt.value(0.4), alt.value(1))
    marks = base.encode(
        y=alt.Y("value:Q", title=None, scale=whole, axis=alt.Axis(tickCount=5)),
        tooltip=tooltip(
            ("half:N", "Half"),
            ("year:Q", "Year"),
            ("value:Q", "Score", ".3f"),
            ("lower:Q", "With other choices, from", ".3f"),
            ("upper:Q", "to", ".3f"),
            ("measures:N", "Rests on"),
        ),
        opacity=paled,
    )
    line = marks.mark_line(strokeWidth=2.5).encode(
        strokeDash=alt.StrokeDash(
            "measures:N", scale=alt.Scale(domain=list(standings), range=[[1, 0], [3, 4]]), legend=None
        )
    )
    point = marks.mark_point(filled=True, size=40)
    bands = band(base, scale=whole).encode(
        opacity=alt.condition(alt.datum.measures == EARLIER, alt.value(0.06), alt.value(0.18))
    )
    return alt.layer(bands, line, point).properties(width="container", height=FINGER)


def red_list_index() -> Drawing:
    """Own index with its band, dotted where it must not be quoted, all species alike, and the official series dashed."""
    names = ("Weighted by range", "Weighted by range, not to be quoted", "All species alike", "Official UN series")
    base = alt.Chart(ROWS).encode(
        x=YEAR, color=coloured("series", names, (FIRST, FIRST, THIRD, SECOND), legend=STROKES)
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5, format=".2~f"))
    spanned = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, domain=RED_LIST_SPAN))
    line = base.mark_line(strokeWidth=2.5).encode(
        y=y,
        strokeDash=alt.StrokeDash(
            "series:N", scale=alt.Scale(domain=list(names), range=[[1, 0], [2, 4], [1, 0], [6, 4]]), title=None
        ),
    )
    point = base.mark_point(filled=True, size=32).encode(
        y=spanned,
        tooltip=tooltip(
            ("series:N", "Series"),
            ("year:Q", "Year"),
            ("value:Q", "Index", ".3f"),
            ("lower:Q", "Lower", ".3f"),
            ("upper:Q", "Upper", ".3f"),
        ),
    )
    return alt.layer(band(base), line, point).properties(width="container", height=FINGER + 40)


def red_list_categories() -> Drawing:
    """Every group as one bar from extinct to not assessed."""
    colours = tuple(f"var(--category-{place})" for place in range(1, len(CATEGORY_ORDER) + 1))
    legend = alt.Legend(symbolType="square")
    return (
        alt.Chart(ROWS)
        .mark_bar(stroke="var(--paper)", strokeWidth=0.6)
        .encode(
            x=alt.X("species:Q", stack="normalize", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
            y=group_axis(),
            color=coloured("category", CATEGORY_ORDER, colours, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=tooltip(
                ("group:N", "Group"),
                ("category:N", "Standing"),
                ("species:Q", "Species", ","),
                ("share:Q", "Share", ".1%"),
            ),
        )
        .properties(width="container", height=alt.Step(BAR))
    )


def threatened_share() -> Drawing:
    """The share threatened from lower to upper estimate; hollow where it must not be quoted."""
    names = ("May be quoted", "Too little assessed")
    base = alt.Chart(ROWS).encode(y=group_axis(), stroke=shaded(alt.Stroke, "standing", names, (FIRST, "var(--faint)")))
    bounds = base.mark_rule(strokeWidth=2.5).encode(x=percent_axis("lower"), x2="upper:Q")
    shown = tooltip(
        ("group:N", "Group"),
        ("value:Q", "Threatened", ".1%"),
        ("lower:Q", "Lower", ".1%"),
        ("upper:Q", "Upper", ".1%"),
        ("assessed:Q", "Assessed here", ".0%"),
        ("standing:N", "Standing"),
    )
    fill = shaded(alt.Fill, "standing", names, (FIRST, "var(--paper)"))
    best = base.mark_point(size=75, strokeWidth=2, opacity=1).encode(x=percent_axis("value"), fill=fill, tooltip=shown)
    return alt.layer(bounds, best).properties(width="container", height=alt.Step(BAR + 2))


def _over_years(
    names: tuple[str, ...], colours: tuple[str, ...], dashes: list[list[int]], *, top: int | None
) -> Drawing:
    scale = alt.Scale(domain=[0, top]) if top else alt.Scale(zero=True)
    return (
        alt.Chart(ROWS)
        .mark_line(point=alt.OverlayMarkDef(size=28), strokeWidth=2.5)
        .encode(
            x=YEAR,
            y=alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5)),
            color=coloured("series", names, colours, legend=STROKES),
            strokeDash=alt.StrokeDash("series:N", scale=alt.Scale(domain=list(names), range=dashes), title=None),
            detail="publisher:N",
            tooltip=tooltip(
                ("series:N", "Where"), ("year:Q", "Year"), ("value:Q", "Percent", ".1f"), ("publisher:N", "By")
            ),
        )
    )


def protected() -> Drawing:
    """Land and sea against the level line of 30 %."""
    lines = _over_years(("Land", "Sea"), (THIRD, FIRST), [[1, 0], [6, 3]], top=None)
    target = alt.Chart(alt.InlineData(values=[{"target": 30, "says": "Target for 2030: 30 %"}]))
    rule = target.mark_rule(strokeDash=[2, 3], strokeWidth=1.5, color=INK).encode(y="target:Q")
    text = target.mark_text(align="left", baseline="top", dx=4, dy=5, fontSize=12, color=INK).encode(
        y="target:Q", x=alt.value(0), text="says:N"
    )
    return alt.layer(lines, rule, text).properties(width="container", height=FINGER)


def protected_sites() -> Drawing:
    """Key biodiversity areas by realm."""
    names = ("On land", "In fresh water", "In mountains", "At sea")
    chart = _over_years(names, (THIRD, SECOND, FOURTH, FIRST), [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]], top=100)
    return chart.properties(width="container", height=FINGER)


def treaties() -> Drawing:
    """One bar per treaty since it came into force."""
    return (
        alt.Chart(ROWS)
        .mark_bar(height=9, cornerRadius=2, color=FIRST)
        .encode(
            x=alt.X(
                "from:Q", title=None, scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(format="d", tickCount=6)
            ),
            x2="to:Q",
            y=alt.Y(
                "short:N",
                sort=alt.EncodingSortField("from"),
                title=None,
                axis=alt.Axis(grid=False, ticks=False, domain=False, labelLimit=330),
            ),
            tooltip=tooltip(("treaty:N", "Treaty"), ("since:N", "In force since"), ("signed:N", "Signed")),
        )
        .properties(width="container", height=alt.Step(24))
    )


def treaty_count() -> Drawing:
    """The number of treaties in force by year."""
    return (
        alt.Chart(ROWS)
        .mark_line(interpolate="step-after", strokeWidth=2.5, color=FIRST)
        .encode(
            x=YEAR,
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=5)),
            tooltip=tooltip(("year:Q", "Year"), ("value:Q", "In force"), ("known:Q", "With a known standing")),
        )
        .properties(width="container", height=150)
    )


def records() -> Drawing:
    """Records by year, stacked by kingdom."""
    return (
        alt.Chart(ROWS)
        .mark_bar(stroke="var(--paper)", strokeWidth=0.4)
        .encode(
            x=alt.X(
                "year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=8, grid=False)
            ),
            y=alt.Y("records:Q", title=None, axis=alt.Axis(format=",d", tickCount=5)),
            color=coloured("group", KINGDOM_ORDER, (FIRST, THIRD, SECOND)),
            tooltip=tooltip(("group:N", "Group"), ("year:O", "Year"), ("records:Q", "Records", ",")),
        )
        .properties(width="container", height=FINGER)
    )


def _kingdom_lines(field: str, form: str, axis: alt.Axis) -> Drawing:
    return (
        alt.Chart(ROWS)
        .mark_line(point=alt.OverlayMarkDef(size=26), strokeWidth=2.2)
        .encode(
            x=YEAR,
            y=alt.Y(f"{field}:Q", title=None, axis=axis),
            color=coloured("group", KINGDOM_ORDER, (FIRST, THIRD, SECOND)),
            tooltip=tooltip(("group:N", "Group"), ("year:Q", "Year"), (f"{field}:Q", "Value", form)),
        )
    )


def species() -> Drawing:
    """Species recorded by year."""
    return _kingdom_lines("species", ",", alt.Axis(format=",d", tickCount=5)).properties(
        width="container", height=FINGER
    )


def coverage() -> Drawing:
    """Completeness of the records by year; one small chart per measure."""
    chart = _kingdom_lines("value", ".1%", alt.Axis(format=".0%", tickCount=4)).properties(width=520, height=130)
    return one_per_measure(chart)


def completeness() -> Drawing:
    """Completeness by group, one shape per measure."""
    return (
        alt.Chart(ROWS)
        .mark_point(size=80, filled=True, opacity=1)
        .encode(
            x=percent_axis("value", scale=alt.Scale(domain=[0, 1])),
            y=group_axis(),
            color=alt.Color(
                "measure:N", scale=alt.Scale(range=[FIRST, SECOND, THIRD]), title=None, legend=alt.Legend(columns=1)
            ),
            shape=alt.Shape("measure:N", title=None, legend=alt.Legend(columns=1)),
            tooltip=tooltip(("group:N", "Group"), ("measure:N", "Measure"), ("value:Q", "Value", ".1%")),
        )
        .properties(width="container", height=alt.Step(BAR + 2))
    )


def assessed() -> Drawing:
    """The assessed share of each group."""
    names = (*KINGDOM_ORDER, "Others")
    return (
        alt.Chart(ROWS)
        .mark_bar(height=11, cornerRadiusEnd=2)
        .encode(
            x=percent_axis("value", scale=alt.Scale(domain=[0, 1])),
            y=group_axis(),
            color=coloured("kingdom", names, (FIRST, THIRD, SECOND, "var(--faint)")),
            tooltip=tooltip(
                ("group:N", "Group"),
                ("observed:Q", "Recorded here", ","),
                ("assessed:Q", "Of these, assessed", ","),
                ("value:Q", "Share", ".1%"),
            ),
        )
        .properties(width="container", height=alt.Step(BAR))
    )


def threats() -> Drawing:
    """Bars by threat, highest first."""
    return (
        alt.Chart(ROWS)
        .mark_bar(height=12, cornerRadiusEnd=2, color=SECOND)
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5)),
            y=alt.Y(
                "threat:N",
                sort=alt.EncodingSortField("value", order="descending"),
                title=None,
                axis=alt.Axis(grid=False, ticks=False, domain=False, labelLimit=340),
            ),
            tooltip=tooltip(("threat:N", "Threat"), ("value:Q", "Score", ",.2f")),
        )
        .properties(width="container", height=alt.Step(22))
    )


def trends() -> Drawing:
    """Small charts over the years, each in its own unit."""
    chart = (
        alt.Chart(ROWS)
        .mark_line(point=alt.OverlayMarkDef(size=26), strokeWidth=2.2, color=FIRST)
        .encode(
            x=YEAR,
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=3, format="~s")),
            tooltip=tooltip(("measure:N", "Measure"), ("year:Q", "Year"), ("value:Q", "Value", ",.4~g")),
        )
        .properties(width=520, height=84)
    )
    return one_per_measure(chart).resolve_scale(y="independent")


CHARTS: dict[str, Callable[[], Any]] = {
    chart.__name__: chart
    for chart in (
        course,
        red_list_index,
        red_list_categories,
        threatened_share,
        protected,
        protected_sites,
        treaties,
        treaty_count,
        records,
        species,
        coverage,
        completeness,
        assessed,
        threats,
        trends,
    )
}


def specs() -> dict[str, dict[str, Any]]:
    """Every chart as Vega-Lite, by name."""
    charts = {name: chart().configure(**config().to_dict()).to_dict() for name, chart in CHARTS.items()}
    for spec in charts.values():
        if spec.get("width") == "container":
            spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return charts


def script() -> str:
    """The charts as a script that pages of a folder can load."""
    return f"window.ness = window.ness || {{}};\nwindow.ness.charts = {json.dumps(specs(), sort_keys=True)};\n"
