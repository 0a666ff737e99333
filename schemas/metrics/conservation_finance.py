"""Contract of `metrics.conservation_finance`."""

from __future__ import annotations

from typing import Any

from ness_pipeline.schemas.base import OFFICIAL, Contract, column, country_code, measure, why_not


def _money(description: str, group: str, unit: str = "USD", *, label: str, better: str | None = "higher") -> Any:
    return measure(
        description,
        unit,
        label=label,
        better=better,
        reportable=f"{group}_reportable",
        reason=f"{group}_reason",
        ge=-1e15,
        le=1e15,
        basis="official",
        quotable=OFFICIAL,
    )


class ConservationFinance(Contract):
    """One row = the money for one country's biodiversity that is known for one year, absolute and per area of land.

    Source of the method: UN SDG 15.a.1 and 15.b.1 (official development assistance for biodiversity, after the
    OECD's Rio markers); domestic spending from own files under the series `NESS_BIODIVERSITY_EXPENDITURE`, as in
    BIOFIN reviews.

    Only years in which some source has a value have a row.

    Traps: constant US dollars change with every release's base year, so compare within one release; aid includes
    the full sum of projects that concern biodiversity only in part; unknown is not zero, so the total is a lower
    bound, and `finance_components` lists its parts; most countries publish no domestic spending at all.
    """

    country_code: str = country_code()
    year: int = column("Year of the values.", "a", ge=1900, le=2100)
    biodiversity_aid_received_usd: float = _money(
        "Official development assistance for biodiversity received, in constant US dollars.",
        "received",
        label="Aid for biodiversity received",
        better=None,
    )
    biodiversity_aid_received_usd_per_km2: float = _money(
        "The same per square kilometre of land.",
        "received_area",
        "USD/km2",
        label="Aid for biodiversity received, by area",
        better=None,
    )
    biodiversity_aid_given_usd: float = _money(
        "Official development assistance for biodiversity given, in constant US dollars.",
        "given",
        label="Aid for biodiversity given",
    )
    domestic_biodiversity_finance_usd: float = _money(
        "Domestic spending on biodiversity, in constant US dollars, from own files.",
        "domestic",
        label="Own spending on biodiversity",
    )
    domestic_biodiversity_finance_usd_per_km2: float = _money(
        "The same per square kilometre of land.",
        "domestic_area",
        "USD/km2",
        label="Own spending on biodiversity, by area",
    )
    biodiversity_finance_usd: float = _money(
        "What is known of aid received and domestic spending together.", "finance", label="Known money for biodiversity"
    )
    biodiversity_finance_usd_per_km2: float = _money(
        "The same per square kilometre of land.",
        "finance_area",
        "USD/km2",
        label="Known money for biodiversity, by area",
    )
    finance_components: str = column(
        "What the total holds.", nullable=True, isin=["aid", "domestic", "aid and domestic"]
    )
    received_reportable: bool = column("Whether the number may be quoted.")
    received_reason: str = why_not()
    received_area_reportable: bool = column("Whether the number may be quoted.")
    received_area_reason: str = why_not()
    given_reportable: bool = column("Whether the number may be quoted.")
    given_reason: str = why_not()
    domestic_reportable: bool = column("Whether the number may be quoted.")
    domestic_reason: str = why_not()
    domestic_area_reportable: bool = column("Whether the number may be quoted.")
    domestic_area_reason: str = why_not()
    finance_reportable: bool = column("Whether the total may be quoted.")
    finance_reason: str = why_not()
    finance_area_reportable: bool = column("Whether the total per area may be quoted.")
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
            "method_version": "1",
        }
