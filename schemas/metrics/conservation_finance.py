"""Contract of `metrics.conservation_finance`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import OFFICIAL, Contract, column, country_code, measure, rests_on, why_not

MOST_AID_USD = 3e10
"""What target 19 asks of the whole world for all developing countries together, a year by 2030."""
MOST_SPENDING_USD = 2e11
"""What target 19 asks of the whole world from all sources together, a year by 2030."""


def _money(
    description: str, group: str, lowest: float, highest: float, *, label: str, better: str | None = None
) -> Any:
    """An amount in US dollars, or per square kilometre where the group says so."""
    return measure(
        description,
        "USD/km2" if group.endswith("_area") else "USD",
        label=label,
        better=better,
        basis=f"{group}_basis",
        quotable=OFFICIAL,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
        ge=lowest,
        le=highest,
    )


def _reportable() -> Any:
    return column("Whether the number may be quoted.")


class ConservationFinance(Contract):
    """One row = the money for one country's biodiversity that is known for one year, absolute and per area of land.

    Source of the method: UN SDG 15.a.1 and 15.b.1 (official development assistance for biodiversity, after the
    OECD's Rio markers); own spending from own files under the series `NESS_BIODIVERSITY_EXPENDITURE`, as in BIOFIN
    reviews.

    Only years in which some source has a value have a row, also when the value had to be left out.

    Whose money it is: aid received is others' money, aid given serves other countries, own spending is the country's
    budget. The three are measures of their own, none is compared with another, and only own spending by area is
    ranked: aid answers need, and absolute sums grow with a country's size.

    Traps: the unit of each value is read, and a value in no unit of constant US dollars is left out; constant US
    dollars change with every release's base year, so compare within one release; aid includes the full sum of
    projects that concern biodiversity only in part; a negative sum means that more was paid back than came in, and
    has no amount per area; most countries publish no own spending at all, and unknown is not zero.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    biodiversity_aid_received_usd: float = _money(
        "Official development assistance for biodiversity received from others, in constant US dollars.",
        "received",
        -MOST_AID_USD,
        MOST_AID_USD,
        label="Aid for biodiversity received",
    )
    biodiversity_aid_received_usd_per_km2: float = _money(
        "Aid for biodiversity received per square kilometre of land.",
        "received_area",
        0.0,
        1e15,
        label="Aid for biodiversity received, by area",
    )
    biodiversity_aid_given_usd: float = _money(
        "Official development assistance for biodiversity given to others, in constant US dollars.",
        "given",
        -MOST_AID_USD,
        MOST_AID_USD,
        label="Aid for biodiversity given",
    )
    domestic_biodiversity_finance_usd: float = _money(
        "The country's own spending on biodiversity, in constant US dollars, from own files.",
        "domestic",
        0.0,
        MOST_SPENDING_USD,
        label="Own spending on biodiversity",
    )
    domestic_biodiversity_finance_usd_per_km2: float = _money(
        "The country's own spending on biodiversity per square kilometre of land.",
        "domestic_area",
        0.0,
        1e15,
        label="Own spending on biodiversity, by area",
        better="higher",
    )
    biodiversity_finance_usd: float = _money(
        "deprecated: aid received and own spending together, of what is known; use the two apart.",
        "finance",
        -MOST_AID_USD,
        MOST_AID_USD + MOST_SPENDING_USD,
        label="Known money for biodiversity",
    )
    biodiversity_finance_usd_per_km2: float = _money(
        "deprecated: the same per square kilometre of land; use the two apart.",
        "finance_area",
        0.0,
        1e15,
        label="Known money for biodiversity, by area",
    )
    finance_components: str = column(
        "What `biodiversity_finance_usd` holds.", nullable=True, isin=["aid", "domestic", "aid and domestic"]
    )
    received_basis: str = rests_on()
    received_reportable: bool = _reportable()
    received_reason: str = why_not()
    received_area_basis: str = rests_on()
    received_area_reportable: bool = _reportable()
    received_area_reason: str = why_not()
    given_basis: str = rests_on()
    given_reportable: bool = _reportable()
    given_reason: str = why_not()
    domestic_basis: str = rests_on()
    domestic_reportable: bool = _reportable()
    domestic_reason: str = why_not()
    domestic_area_basis: str = rests_on()
    domestic_area_reportable: bool = _reportable()
    domestic_area_reason: str = why_not()
    finance_basis: str = rests_on()
    finance_reportable: bool = _reportable()
    finance_reason: str = why_not()
    finance_area_basis: str = rests_on()
    finance_area_reportable: bool = _reportable()
    finance_area_reason: str = why_not()
    reportable: bool = column("Whether any of the numbers may be quoted.")
    reason: str = why_not()

    class Config:
        """Grain: country and year."""

        unique = ["country_code", "year"]
        metadata = {
            "label": "Money for nature",
            "half": "security_system",
            "section": "trends",
            "method_version": "2",
        }
