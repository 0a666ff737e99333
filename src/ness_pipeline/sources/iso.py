"""Countries and territories of ISO 3166-1, plus Kosovo; comes with the package and needs no request.

Traps: whether a country has a sea is written down here, because no publisher that is read states it; the land area is not,
because the World Bank's series does and is dated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import countries
from ness_pipeline.sources import Context

LANDLOCKED = frozenset(
    # United Nations list of Landlocked Developing Countries (UN-OHRLLS, 32 countries, 2024)
    "AF AM AZ BF BI BO BT BW CF ET KG KZ LA LS MD MK ML MN MW NE NP PY RW SS SZ TD TJ TM UG UZ ZM ZW "  # noqa: SIM905  (45 quoted codes read worse)
    # other states without a sea coast (CIA World Factbook, "Coastline: 0 km"), and Kosovo
    "AD AT BY CH CZ HU LI LU RS SK SM VA XK".split()
)
"""Countries without a sea coast; the Caspian and Aral Seas are lakes here."""


UN_OBSERVERS = frozenset({"PS", "VA"})
"""Non-member states with a permanent observer mission at the United Nations (un.org/en/about-us/non-member-states, read in 2026)."""

NO_UN_STATES = frozenset(
    # All other areas of ISO 3166-1 than the 193 members (un.org/en/about-us/member-states, read in 2026) and the observers:
    # territories, Antarctica, and states that are neither
    "AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC NF NU PF PM "  # noqa: SIM905  (as above)
    "PN PR RE SH SJ SX TC TF TK TW UM VG VI WF XK YT".split()
)
"""Areas that are neither members nor observers of the United Nations."""


def _un_membership(country_code: str) -> str | None:
    if country_code in NO_UN_STATES:
        return None
    return "observer" if country_code in UN_OBSERVERS else "member"


class IsoCountries:
    """One row per country or territory: codes, name, UN region, membership of the UN, whether it is landlocked."""

    name = "iso_countries"
    scope: Literal["world"] = "world"
    tables = ("country",)
    needs: tuple[str, ...] = ()
    cadence_days = 365
    citations = (
        (
            (
                "Codes of ISO 3166-1 and UN M49 with UN regions, compiled for ness-pipeline; "
                "landlocked countries: UN-OHRLLS; members and observers: United Nations."
            ),
            "CC0-1.0",
        ),
    )
    is_local = True
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - needs no request
        """All countries."""
        rows = [
            {
                "country_code": country.country_code,
                "iso3_code": country.iso3_code,
                "m49_code": country.m49_code,
                "country_name": country.country_name,
                "region": country.region,
                "subregion": country.subregion,
                "is_landlocked": country.country_code in LANDLOCKED,
                "un_membership": _un_membership(country.country_code),
            }
            for country in countries().values()
        ]
        yield Batch("country", pl.DataFrame(rows, infer_schema_length=None))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - needs no request
        """None: they change with the package, whose version every run records."""
        return None


SOURCES = (IsoCountries(),)
