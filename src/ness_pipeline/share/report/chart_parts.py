"""What charts are made of: colours, axes, bands and tooltips.

Colours are CSS variables of `assets/ness.css`, so that a chart follows light, dark and print without being drawn anew.
"""

from __future__ import annotations

from typing import Any

import altair as alt

Drawing = Any
"""A chart of altair, whose `encode` and `properties` have no types."""

ROWS = alt.NamedData(name="rows")
INK, QUIET, LINE = "var(--ink)", "var(--quiet)", "var(--line)"
FIRST, SECOND, THIRD, FOURTH = (f"var(--series-{place})" for place in (1, 2, 3, 4))
YEAR = alt.X(
    "year:Q",
    title=None,
    scale=alt.Scale(zero=False, nice=False),
    axis=alt.Axis(format="d", tickMinStep=1, tickCount=6, grid=False),
)


def config() -> alt.Config:
    """Fonts and colours of every chart."""
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


def shaded(channel: Any, field: str, names: tuple[str, ...], colours: tuple[str, ...], **more: Any) -> Any:
    """A channel whose values, by name, have a colour each."""
    return channel(f"{field}:N", scale=alt.Scale(domain=list(names), range=list(colours)), title=None, **more)


def coloured(field: str, names: tuple[str, ...], colours: tuple[str, ...], **more: Any) -> Any:
    """The colour of a mark by the name in a field."""
    return shaded(alt.Color, field, names, colours, **more)


def group_axis() -> alt.Y:
    """Groups below each other, in the order of the rows' `place`."""
    return alt.Y(
        "group:N",
        sort=alt.EncodingSortField("place", op="min"),
        title=None,
        axis=alt.Axis(grid=False, ticks=False, domain=False, labelPadding=8),
    )


def percent_axis(field: str, **more: Any) -> alt.X:
    """A share from 0 to 1, in per cent."""
    return alt.X(f"{field}:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), **more)


def tooltip(*fields: tuple[str, str] | tuple[str, str, str]) -> list[alt.Tooltip]:
    """What the pointer shows: field, name and, for a number, its format."""
    return [
        alt.Tooltip(field, title=title, format=form[0] if form else alt.Undefined) for field, title, *form in fields
    ]


def band(base: Drawing, **more: Any) -> Drawing:
    """The area between a lower and an upper bound, where both are known."""
    return (
        base.mark_area(opacity=0.18, line=False)
        .encode(y=alt.Y("lower:Q", title=None, **more), y2="upper:Q")
        .transform_filter("isValid(datum.lower) && isValid(datum.upper)")
    )


def one_per_measure(chart: Drawing) -> Drawing:
    """One small chart per measure, below each other."""
    return chart.facet(row=alt.Row("measure:N", title=None, header=alt.Header(labelOrient="top", labelLimit=500)))
