"""Contract of `core.country`."""

from __future__ import annotations

from ness_pipeline.schemas.base import MAX_COUNT, Limits, Sourced, column, country_code, iso3_code


class Country(Sourced):
    """One row = one country or territory with an ISO 3166-1 code, plus Kosovo (XK).

    Traps: aggregates (World, EU), ABNJ and codes for "not classified" are never rows here. `m49_code` is the
    number without leading zeros, as the UN SDG API writes it; an own file changes neither `is_landlocked` nor
    `un_membership` of a country that ISO's list has.
    """

    country_code: str = country_code()
    iso3_code: str = iso3_code()
    m49_code: int = column("UN M49 code as a number, without leading zeros.", ge=1, le=999, nullable=True)
    country_name: str = column("Short English name.", str_length={"min_value": 2, "max_value": 100})
    region: str = column("UN region, such as Africa.", nullable=True)
    subregion: str = column("UN subregion, such as Eastern Africa.", nullable=True)
    is_landlocked: bool = column("Whether the country has no sea coast, so that marine measures have no meaning.")
    un_membership: str = column(
        "Whether it is a member state of the United Nations or an observer state; NULL for territories and others, which "
        "have no place among the states in rankings.",
        nullable=True,
        isin=["member", "observer"],
    )
    land_area_km2: float = column(
        "Land area, latest World Bank value; NULL before that series is loaded.",
        "km2",
        nullable=True,
        ge=0.0,
        le=float(MAX_COUNT),
    )

    class Config:
        """Grain: country."""

        unique = ["country_code"]
        metadata = {"limits": Limits(rows_per_country=(1, 1), missing_share={"region": 0.1}, rows_lost_share=0.0)}
