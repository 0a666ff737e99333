"""The charts, drawn up once for all pages: a page brings the rows, this module says how they are drawn.

Colours are CSS variables of `assets/ness.css`, so that a chart follows light, dark and print without being drawn anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair as alt

Drawing = Any
"""A chart of altair, whose `encode` and `properties` have no types."""

ROWS = alt.NamedData(name="rows")
INK, QUIET, LINE = "var(--ink)", "var(--quiet)", "var(--line)"
FIRST, SECOND, THIRD, FOURTH = (f"var(--series-{place})" for place in (1, 2, 3, 4))
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
BAR, FINGER = 18, 240
"""Height of a bar and of a chart over years, in pixels."""

YEAR = alt.X(
    "year:Q",
    title=None,
    scale=alt.Scale(zero=False, nice=False),
    axis=alt.Axis(format="d", tickMinStep=1, tickCount=6, grid=False),
)


def _config() -> alt.Config:
    words: dict[str, Any] = {
        "labelColor": QUIET,
        "titleColor": QUIET,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return alt.Config(
        background="transparent",
        lineBreak="\n",
        font="system-ui, sans-serif",
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(domainColor=LINE, gridColor=LINE, tickColor=LINE, labelLimit=260, **words),
        legend=alt.LegendConfig(
            orient="top", symbolOpacity=1, labelLimit=320, title=None, symbolSize=90, columnPadding=18, **words
        ),
        header=alt.HeaderConfig(labelColor=INK, labelFontSize=12, labelAnchor="start", labelFontWeight="normal"),
    )


def _shades(channel: Any, field: str, names: tuple[str, ...], colours: tuple[str, ...], **more: Any) -> Any:
    return channel(f"{field}:N", scale=alt.Scale(domain=list(names), range=list(colours)), title=None, **more)


def _colours(field: str, names: tuple[str, ...], colours: tuple[str, ...], **more: Any) -> Any:
    return _shades(alt.Color, field, names, colours, **more)


def _by_place(title: str | None = None) -> alt.Y:
    return alt.Y(
        "group:N",
        sort=alt.EncodingSortField("place", op="min"),
        title=title,
        axis=alt.Axis(grid=False, ticks=False, domain=False, labelPadding=8),
    )


def _percent(field: str, title: str | None = None, **more: Any) -> alt.X:
    return alt.X(f"{field}:Q", title=title, axis=alt.Axis(format=".0%", tickCount=5), **more)


def course() -> Drawing:
    """The two halves over the years, each with its band."""
    base = alt.Chart(ROWS).encode(
        x=YEAR, color=_colours("half", ("Ecological system", "Security system"), (FIRST, SECOND))
    )
    whole = alt.Scale(domain=[0, 1])
    band = (
        base.mark_area(opacity=0.18, line=False)
        .encode(y=alt.Y("lower:Q", title=None, scale=whole), y2="upper:Q")
        .transform_filter("isValid(datum.lower) && isValid(datum.upper)")
    )
    line = base.mark_line(point=True, strokeWidth=2.5).encode(
        y=alt.Y("value:Q", title=None, scale=whole, axis=alt.Axis(tickCount=5)),
        tooltip=[
            alt.Tooltip("half:N", title="Half"),
            alt.Tooltip("year:Q", title="Year"),
            alt.Tooltip("value:Q", title="Score", format=".3f"),
            alt.Tooltip("lower:Q", title="Lower", format=".3f"),
            alt.Tooltip("upper:Q", title="Upper", format=".3f"),
        ],
    )
    return alt.layer(band, line).properties(width="container", height=FINGER)


def red_list_index() -> Drawing:
    """Own index with its band, all species alike, and the official series dashed."""
    names = ("Weighted by range", "All species alike", "Official UN series")
    base = alt.Chart(ROWS).encode(x=YEAR, color=_colours("series", names, (FIRST, THIRD, SECOND)))
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(tickCount=5, format=".2~f"))
    band = (
        base.mark_area(opacity=0.18, line=False)
        .encode(y=alt.Y("lower:Q", title=None), y2="upper:Q")
        .transform_filter("isValid(datum.lower) && isValid(datum.upper)")
    )
    line = base.mark_line(strokeWidth=2.5).encode(
        y=y,
        strokeDash=alt.StrokeDash(
            "series:N", scale=alt.Scale(domain=list(names), range=[[1, 0], [1, 0], [6, 4]]), title=None
        ),
    )
    point = base.mark_point(filled=True, size=32).encode(
        y=y,
        tooltip=[
            alt.Tooltip("series:N", title="Series"),
            alt.Tooltip("year:Q", title="Year"),
            alt.Tooltip("value:Q", title="Index", format=".3f"),
            alt.Tooltip("lower:Q", title="Lower", format=".3f"),
            alt.Tooltip("upper:Q", title="Upper", format=".3f"),
        ],
    )
    return alt.layer(band, line, point).properties(width="container", height=FINGER + 40)


def red_list_categories() -> Drawing:
    """Every group as one bar from extinct to not assessed."""
    colours = tuple(f"var(--category-{place})" for place in range(1, len(CATEGORY_ORDER) + 1))
    legend = alt.Legend(symbolType="square")
    return (
        alt.Chart(ROWS)
        .mark_bar(stroke="var(--paper)", strokeWidth=0.6)
        .encode(
            x=alt.X("species:Q", stack="normalize", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
            y=_by_place(),
            color=_colours("category", CATEGORY_ORDER, colours, legend=legend),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("category:N", title="Standing"),
                alt.Tooltip("species:Q", title="Species", format=","),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        .properties(width="container", height=alt.Step(BAR))
    )


def threatened_share() -> Drawing:
    """The share threatened from lower to upper estimate; hollow where it must not be quoted."""
    names = ("May be quoted", "Too little assessed")
    base = alt.Chart(ROWS).encode(y=_by_place(), stroke=_shades(alt.Stroke, "standing", names, (FIRST, "var(--faint)")))
    bounds = base.mark_rule(strokeWidth=2.5).encode(x=_percent("lower"), x2="upper:Q")
    tooltip = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("value:Q", title="Threatened", format=".1%"),
        alt.Tooltip("lower:Q", title="Lower", format=".1%"),
        alt.Tooltip("upper:Q", title="Upper", format=".1%"),
        alt.Tooltip("assessed:Q", title="Assessed here", format=".0%"),
        alt.Tooltip("standing:N", title="Standing"),
    ]
    fill = _shades(alt.Fill, "standing", names, (FIRST, "var(--paper)"))
    best = base.mark_point(size=75, strokeWidth=2, opacity=1).encode(x=_percent("value"), fill=fill, tooltip=tooltip)
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
            color=_colours("series", names, colours),
            strokeDash=alt.StrokeDash("series:N", scale=alt.Scale(domain=list(names), range=dashes), title=None),
            detail="publisher:N",
            tooltip=[
                alt.Tooltip("series:N", title="Where"),
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("value:Q", title="Percent", format=".1f"),
                alt.Tooltip("publisher:N", title="By"),
            ],
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
            tooltip=[
                alt.Tooltip("treaty:N", title="Treaty"),
                alt.Tooltip("since:N", title="In force since"),
                alt.Tooltip("signed:N", title="Signed"),
            ],
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
            tooltip=[
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("value:Q", title="In force"),
                alt.Tooltip("known:Q", title="Open to the country"),
            ],
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
            color=_colours("group", KINGDOM_ORDER, (FIRST, THIRD, SECOND)),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("year:O", title="Year"),
                alt.Tooltip("records:Q", title="Records", format=","),
            ],
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
            color=_colours("group", KINGDOM_ORDER, (FIRST, THIRD, SECOND)),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip(f"{field}:Q", title="Value", format=form),
            ],
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
    return chart.facet(row=alt.Row("measure:N", title=None, header=alt.Header(labelOrient="top", labelLimit=500)))


def completeness() -> Drawing:
    """Completeness by group, one shape per measure."""
    return (
        alt.Chart(ROWS)
        .mark_point(size=80, filled=True, opacity=1)
        .encode(
            x=_percent("value", scale=alt.Scale(domain=[0, 1])),
            y=_by_place(),
            color=alt.Color(
                "measure:N", scale=alt.Scale(range=[FIRST, SECOND, THIRD]), title=None, legend=alt.Legend(columns=1)
            ),
            shape=alt.Shape("measure:N", title=None, legend=alt.Legend(columns=1)),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("value:Q", title="Value", format=".1%"),
            ],
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
            x=_percent("value", scale=alt.Scale(domain=[0, 1])),
            y=_by_place(),
            color=_colours("kingdom", names, (FIRST, THIRD, SECOND, "var(--faint)")),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("observed:Q", title="Recorded here", format=","),
                alt.Tooltip("assessed:Q", title="Of these, assessed", format=","),
                alt.Tooltip("value:Q", title="Share", format=".1%"),
            ],
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
            tooltip=[alt.Tooltip("threat:N", title="Threat"), alt.Tooltip("value:Q", title="Score", format=",.2f")],
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
            tooltip=[
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("year:Q", title="Year"),
                alt.Tooltip("value:Q", title="Value", format=",.4~g"),
            ],
        )
        .properties(width=520, height=84)
    )
    return chart.facet(
        row=alt.Row("measure:N", title=None, header=alt.Header(labelOrient="top", labelLimit=500))
    ).resolve_scale(y="independent")


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
    charts = {name: chart().configure(**_config().to_dict()).to_dict() for name, chart in CHARTS.items()}
    for spec in charts.values():
        if spec.get("width") == "container":
            spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return charts


def script() -> str:
    """The charts as a script that pages of a folder can load."""
    return f"window.ness = window.ness || {{}};\nwindow.ness.charts = {json.dumps(specs(), sort_keys=True)};\n"
