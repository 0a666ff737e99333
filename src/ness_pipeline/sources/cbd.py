"""Parties to the Convention on Biological Diversity and its three protocols, with dates.

Traps, each with a test:

- a party is who has a `party` date that has come: a signature is none, and between deposit and entry into force (90
  days) the date is missing or lies ahead;
- the European Union is listed like a country and is none;
- codes come as `code`, `code2` and `code3` in either case; whichever ISO knows counts;
- treaties have numbers of the UN Treaty Collection (XXVII-8, a to c); other treaties in the record are not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.errors import SchemaDrift
from ness_pipeline.landing.request import Fetch, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import by_iso3, countries
from ness_pipeline.sources import Context
from ness_pipeline.sources.fields import record, refused, rows

TREATY_NUMBERS = {"XXVII8": "cbd", "XXVII8a": "cartagena", "XXVII8b": "nagoya", "XXVII8c": "nagoya_kuala_lumpur"}
"""Number in the UN Treaty Collection to our treaty code."""

NOT_COUNTRIES = frozenset({"EU", "EUR", "EUE"})
"""The European Union, a party of its own."""

COLUMNS = ("country_code", "treaty", "status", "signed_on", "deposited_on", "entry_into_force", "instrument", "as_of")


class ConventionOnBiologicalDiversity:
    """One row per country and treaty of the CBD family, also where the country has not joined."""

    name = "cbd"
    scope: Literal["world"] = "world"
    tables = ("treaty_party",)
    needs: tuple[str, ...] = ()
    cadence_days = 30
    citations = (
        (
            "Secretariat of the Convention on Biological Diversity, List of Parties. https://www.cbd.int/information/parties.shtml",
            "LicenseRef-CBD-terms-of-use",
        ),
    )
    is_local = False
    is_redistributable = True
    requires: tuple[str, ...] = ()

    def read(self, unit: Unit, fetch: Fetch, context: Context) -> Iterator[Batch]:  # noqa: ARG002 - one answer for the world
        """One batch with all countries.

        Raises:
            SchemaDrift: a field, or a whole treaty, is missing.
        """
        payload = fetch(Request("cbd", "/api/v2013/countries"))
        as_of = payload.fetched_at.date()
        standings: list[dict[str, str | None]] = []
        unknown_entries: list[Any] = []
        treaties_seen: set[str] = set()
        for value in rows(payload.json(), "CBD answer"):
            entry = record(value, "CBD country", ("code", "treaties"), ("_id", "code2", "code3", "name"))
            codes = [str(entry.get(name) or "").strip().upper() for name in ("code2", "code", "code3")]
            if NOT_COUNTRIES & set(codes):
                continue
            country_codes = [code if code in countries() else by_iso3().get(code) for code in codes]
            country = next((code for code in country_codes if code), None)
            if country is None:
                unknown_entries.append(value)
                continue
            treaties = entry["treaties"] or {}
            treaties_seen |= treaties.keys()
            standings += [
                _standing(country, code, treaties.get(number), as_of) for number, code in TREATY_NUMBERS.items()
            ]
        if missing := [number for number in TREATY_NUMBERS if number not in treaties_seen]:
            raise SchemaDrift(
                f"The CBD country list has no treaty {missing[0]!r} any more; look at the landed payload."
            )
        reason = "This entry is no country of ISO 3166-1."
        frame = pl.DataFrame(standings, schema=dict.fromkeys(COLUMNS, pl.String))
        yield Batch(
            "treaty_party", frame, refused(unknown_entries, len(standings), "country_code", "is_country", reason)
        )

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - the publisher names no version
        """None: the publisher names no version."""
        return None


def _standing(country: str, treaty: str, value: Any, as_of: dt.date) -> dict[str, str | None]:
    """Status of a country under a treaty; an absent or null entry means no signature and no deposit."""
    fields = ("party", "deposit", "signature", "instrument")
    entry = dict.fromkeys(fields) if value is None else record(value, "CBD treaty entry", fields)
    party, deposit, signature = (_day(entry[name]) for name in ("party", "deposit", "signature"))
    if party and party <= as_of.isoformat():
        status = "party"
    elif party or deposit:
        status = "deposited"
    else:
        status = "signatory" if signature else "not_party"
    return {
        "country_code": country,
        "treaty": treaty,
        "status": status,
        "signed_on": signature,
        "deposited_on": deposit,
        "entry_into_force": party,
        "instrument": entry["instrument"] or None,
        "as_of": as_of.isoformat(),
    }


def _day(value: Any) -> str | None:
    """A date without its time of day, as text, so that the loader can refuse an invalid date."""
    return str(value)[:10] if value else None


SOURCES = (ConventionOnBiologicalDiversity(),)
