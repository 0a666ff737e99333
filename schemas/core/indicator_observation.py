"""Contract of `core.indicator_observation`."""

from __future__ import annotations

from ness_pipeline.schemas.base import LATEST_YEAR, Sourced, column, country_code

VALUE_STATUSES = ["observed", "censored_below", "censored_above", "not_relevant", "missing"]
PUBLISHERS = ["unsdg", "worldbank", "gbif", "protected_planet", "user"]


class IndicatorObservation(Sourced):
    """One row = one value of one official series for one country and year.

    Traps: `<5` and `>95` are bounds, not values: the number is kept and `value_status` says which side is open;
    `not_relevant` (a marine series for a landlocked country) does not mean zero; several rows of one country and
    year differ by `disaggregation`, and only `total` may be compared between countries (in `ER_MTN_GRNCVI` since 2022
    `Land cover=MGCI`); regions and the world are never rows here; `publisher` says whose series it
    is and `source` who brought the row: what an own file brings is an own value.
    """

    country_code: str = country_code()
    series_code: str = column("The publisher's code of the series.", str_length={"min_value": 1, "max_value": 64})
    year: int = column("Year the value describes.", "a", ge=1900, le=LATEST_YEAR)
    disaggregation: str = column("`total`, or the dimensions other than total as `name=code` joined by `;`.")
    value: float = column(
        "The value, in the unit of the row; NULL when there is none.", "see unit", nullable=True, ge=-1e15, le=1e15
    )
    value_lower: float = column("Lower bound as published.", "see unit", nullable=True, ge=-1e15, le=1e15)
    value_upper: float = column("Upper bound as published.", "see unit", nullable=True, ge=-1e15, le=1e15)
    value_status: str = column("What kind of value it is, or why there is none.", isin=VALUE_STATUSES)
    unit: str = column("Unit as published, such as PERCENT; NULL when the publisher gives none.", nullable=True)
    nature: str = column("UN SDG nature code: C country, E estimated, G global monitoring …", nullable=True)
    footnote: str = column("The publisher's footnotes, joined.", nullable=True)
    publisher: str = column("Who publishes the series.", isin=PUBLISHERS)
    release: str = column("Release or date of the publisher's last update.", nullable=True)

    class Config:
        """Grain: country, series, year, disaggregation and source."""

        unique = ["country_code", "series_code", "year", "disaggregation", "source"]
