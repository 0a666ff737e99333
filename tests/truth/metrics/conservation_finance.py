"""The true rows of `metrics.conservation_finance`."""

from __future__ import annotations

from truth import Row, Truth, share
from truth.series import sdg_number, sdg_values

SERIES = {"received": "DC_ODA_BDVL", "given": "DC_ODA_BDVDL"}
MILLION = 1e6
COLUMNS = {"received": "biodiversity_aid_received_usd", "given": "biodiversity_aid_given_usd",
           "domestic": "domestic_biodiversity_finance_usd", "finance": "biodiversity_finance_usd"}  # fmt: skip


def rows(truth: Truth) -> list[Row]:
    """One row per country and year with aid received or given; the sandbox publishes no domestic spending."""
    indicators, found = truth.world.indicators, []
    for country in truth.world.countries:
        said = {
            name: {
                year: value * MILLION
                for year, row in sdg_values(indicators, code, country, truth.years).items()
                if (value := sdg_number(row)) is not None
            }
            for name, code in SERIES.items()
        }
        areas = indicators.worldbank["AG.LND.TOTL.K2"]
        known = {year: km2 for year in truth.years if (km2 := areas.get((country, year))) is not None}
        km2 = known[max(known)] if known else 0
        for year in sorted({year for by_year in said.values() for year in by_year}):
            received, given = said["received"].get(year), said["given"].get(year)
            values = {"received": received, "given": given, "domestic": None, "finance": received}
            row: Row = {"country_code": country, "year": year, "reportable": True, "reason": None}
            row["finance_components"] = None if received is None else "aid"
            for name, value in values.items():
                # Who pays for a mixed sum cannot be told, so it is never reportable.
                why = "no_data" if value is None else "mixed_owners" if name == "finance" else None
                row |= {COLUMNS[name]: value, f"{name}_reportable": why is None, f"{name}_reason": why}
                row[f"{name}_basis"] = None if value is None else "official"
                if name != "given":
                    row[f"{COLUMNS[name]}_per_km2"] = None if value is None else share(value, km2)
                    row[f"{name}_area_basis"] = row[f"{name}_basis"]
                    why = why if km2 or value is None else "no_land_area"
                    row |= {f"{name}_area_reportable": why is None, f"{name}_area_reason": why}
            found.append(row)
    return found
