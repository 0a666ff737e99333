"""Parties to the Convention on Biological Diversity and its three protocols, with dates.

Traps, each with a test:

- a party is who has a `party` date that has come: a signature is none, and between deposit and entry into force the
  date is missing or lies ahead;
- the date may stay missing long after the deposit. The treaty itself says when it binds who deposits an instrument: from
  the 90th day after (Convention, Article 36, 3), of a protocol not before the treaty that it belongs to (Cartagena
  Protocol 37, 2; Nagoya Protocol 33, 2; Nagoya - Kuala Lumpur Supplementary Protocol 18, 2), and never before the
  treaty itself is in force;
- an entry that lacks a field is lost alone; `instrument` may be absent where nothing was deposited;
- the European Union is listed like a country and is none;
- codes come as `code`, `code2` and `code3` in either case; whichever ISO knows counts;
- treaties have numbers of the UN Treaty Collection (XXVII-8, a to c); other treaties in the record are not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import polars as pl

from ness_pipeline.contract.batch import Batch, Lost
from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.request import Fetch, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.countries import by_iso3, countries
from ness_pipeline.schemas.vocabulary import TREATY_IN_BEING_FROM
from ness_pipeline.sources import Context
from ness_pipeline.sources.fields import given, record, refused, rows, text

TREATY_NUMBERS = {"XXVII8": "cbd", "XXVII8a": "cartagena", "XXVII8b": "nagoya", "XXVII8c": "nagoya_kuala_lumpur"}
"""Number in the UN Treaty Collection to our treaty code."""

NOT_COUNTRIES = frozenset({"EU", "EUR", "EUE"})
"""The European Union, a party of its own."""

PARENTS = {"cartagena": "cbd", "nagoya": "cbd", "nagoya_kuala_lumpur": "cartagena"}
"""Protocol to the treaty before whose entry into force it binds nobody."""

DAYS_TO_FORCE = dt.timedelta(days=90)

COLUMNS = (
    "country_code",
    "treaty",
    "status",
    "signed_on",
    "deposited_on",
    "entry_into_force",
    "instrument",
    "as_of",
    "note",
)


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
        """One batch with all countries; an entry, or a whole treaty, that cannot be read is noted as lost.

        Raises:
            SourceUnavailable: the list is empty.
            SchemaDrift: no entry can be read.
        """
        payload = fetch(Request("cbd", "/api/v2013/countries"))
        as_of = payload.fetched_at.date()
        standings: list[dict[str, str | None]] = []
        unknown_entries: list[Any] = []
        lost: list[Lost] = []
        values = rows(payload.json(), "CBD answer")
        if not values:
            raise SourceUnavailable("cbd lists no country at all; an empty list is no answer, run again later.")
        for value in values:
            codes = _codes(value)
            if NOT_COUNTRIES & set(codes):
                continue
            country_codes = [code if code in countries() else by_iso3().get(code) for code in codes]
            country = next((code for code in country_codes if code), None)
            if country is None:
                unknown_entries.append(value)
                continue
            found = given(f"treaties of {country}", {"country_code": country}, partial(_entries, value))
            if isinstance(found, Lost):
                lost.append(found)
                continue
            in_force: dict[str, str | None] = {}
            for number, treaty in TREATY_NUMBERS.items():
                where = {"country_code": country, "treaty": treaty}
                read = partial(_standing, country, treaty, found.get(number), as_of, in_force)
                standing = given(f"{treaty} of {country}", where, read)
                if isinstance(standing, Lost):
                    lost.append(standing)
                    continue
                in_force[treaty] = standing["entry_into_force"]
                standings.append(standing)
        standings, lost = _without_gone(values, standings, lost)
        reason = "This entry is no country of ISO 3166-1."
        frame = pl.DataFrame(standings, schema=dict.fromkeys(COLUMNS, pl.String))
        refused_entries = refused(unknown_entries, len(standings), "country_code", "is_country", reason)
        if not standings and lost:
            raise SchemaDrift(lost[0].why)
        yield Batch("treaty_party", frame, refused_entries, lost=tuple(lost))

    def release(self, unit: Unit, fetch: Fetch) -> str | None:  # noqa: ARG002 - the publisher names no version
        """None: the publisher names no version."""
        return None


def _codes(value: Any) -> list[str]:
    """Codes of an entry in capitals; none of what is no entry."""
    entry = value if isinstance(value, dict) else {}
    return [str(entry.get(name) or "").strip().upper() for name in ("code2", "code", "code3")]


def _entries(value: Any) -> dict[str, Any]:
    """The entries of a country by number of the treaty; none where the list has no treaties of it."""
    entry = record(value, "CBD country", ("code", "treaties"), ("_id", "__v", "code2", "code3", "name"))
    return record(entry["treaties"] or {}, "CBD country's treaties", (), None)


def _without_gone(
    values: list[Any], standings: list[dict[str, str | None]], lost: list[Lost]
) -> tuple[list[dict[str, str | None]], list[Lost]]:
    """What is left when treaties that no entry names, or of which none can be read, are lost as a whole."""
    treaties = [value.get("treaties") for value in values if isinstance(value, dict)]
    named = {number for one in treaties if isinstance(one, dict) for number in one}
    for number, treaty in TREATY_NUMBERS.items():
        own = [one for one in lost if one.where.get("treaty") == treaty]
        is_read = any(standing["treaty"] == treaty and _is_joined(standing) for standing in standings)
        if number in named and (is_read or not own):
            continue
        why = (
            own[0].why
            if number in named
            else f"The CBD country list has no treaty {number!r} any more; look at the landed payload."
        )
        standings = [standing for standing in standings if standing["treaty"] != treaty]
        lost = [one for one in lost if one not in own] + [
            Lost(f"treaty {treaty}", why, {"treaty": treaty}, is_change=True)
        ]
    return standings, lost


def _is_joined(standing: dict[str, str | None]) -> bool:
    return standing["status"] != "not_party"


def _standing(
    country: str, treaty: str, value: Any, as_of: dt.date, in_force: dict[str, str | None]
) -> dict[str, str | None]:
    """Status of a country under a treaty; an absent or null entry means no signature and no deposit.

    Args:
        country: its code.
        treaty: code of the treaty.
        value: the entry.
        as_of: day of the list.
        in_force: code of each treaty read before to the day from which it binds the country.

    Raises:
        SchemaDrift: the entry lacks a field.
    """
    fields = ("party", "deposit", "signature")
    entry = dict.fromkeys(fields) if value is None else record(value, "CBD treaty entry", fields, ("instrument",))
    party, deposit, signature = (_day(entry[name], name) for name in fields)
    if "instrument" not in entry and (party or deposit):
        raise SchemaDrift("The CBD treaty entry has no field 'instrument' any more; look at the landed payload.")
    note = None
    if deposit and not party and (party := _by_the_treaty(treaty, deposit, in_force)):
        note = "The list names no day of entry into force; it is the one that the treaty's own article gives."
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
        "instrument": text(entry.get("instrument"), "CBD treaty entry's 'instrument'"),
        "as_of": as_of.isoformat(),
        "note": note,
    }


def _by_the_treaty(treaty: str, deposit: str, in_force: dict[str, str | None]) -> str | None:
    """The day from which a treaty binds who has deposited an instrument; None where it does not follow from the list."""
    try:
        days = [dt.date.fromisoformat(deposit) + DAYS_TO_FORCE, TREATY_IN_BEING_FROM[treaty]]
        if (parent := PARENTS.get(treaty)) is not None:
            days.append(dt.date.fromisoformat(in_force.get(parent) or ""))
    except ValueError:
        return None  # an unreadable date is refused by the contract; without the parent treaty there is no protocol
    return max(days).isoformat()


def _day(value: Any, name: str) -> str | None:
    """A date without its time of day, as text, so that the loader can refuse an invalid date."""
    day = text(value, f"CBD treaty entry's {name!r}")
    return day and day[:10]


SOURCES = (ConventionOnBiologicalDiversity(),)
