"""The true metric values of a sandbox world, worked out in plain Python from the definitions in the contracts.

Nothing here reads the warehouse or its SQL: a test that compares the two compares two ways of saying the same thing.
Only the project's seeds are shared, because they are facts about the real world that the sandbox does not invent.

`metrics/` has one module per metric table, named after it, with `rows(truth)`; the folder is the registry.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import importlib
import pkgutil
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ness_pipeline.contract.dictionary import tables
from ness_pipeline.names.years import Years
from ness_pipeline.paths import sql_folder
from ness_pipeline.sandbox.occurrences import data_set_of
from ness_pipeline.sandbox.records import FIRST_YEAR, FOSSIL, INTRODUCED_MEANS, LAST_YEAR, LIVING, MEANS
from ness_pipeline.sandbox.red_list import Assessed, Listed
from ness_pipeline.sandbox.taxonomy import RANKS, SPECIES_RANK
from ness_pipeline.sandbox.world import World
from truth.species_list import Named, counted

Row = dict[str, Any]

CATEGORY_OF = {"LR/lc": "LC", "LR/nt": "NT", "V": None}
"""Codes of the sandbox's Red List from before 2001; all others are today's."""
ORIGIN = {
    "Native": "native", "Reintroduced": "reintroduced", "Introduced": "introduced", "Vagrant": "vagrant",
    "Origin Uncertain": "uncertain",
}  # fmt: skip
PRESENCE = {
    "Extant": "extant", "Possibly Extinct": "possibly_extinct", "Extinct Post-1500": "extinct",
    "Presence Uncertain": "uncertain",
}  # fmt: skip
SET_OF_ORDER = {"Cycadales": "cycads", "Scleractinia": "reef_building_corals"}

ALL_YEARS = Years(FIRST_YEAR, LAST_YEAR)


def seed_rows(table: str) -> list[dict[str, str]]:
    """Rows of a seed as text; none when the seed does not exist."""
    file = sql_folder("seeds") / f"{table}.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def share(part: float, whole: float) -> float | None:
    """A share, None when there is nothing to share."""
    return part / whole if whole else None


@functools.cache
def truths() -> dict[str, Callable[[Truth], list[Row]]]:
    """What works out the rows of a metric table, by the table's short name."""
    package = importlib.import_module(f"{__name__}.metrics")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}").rows for name in names}


class Truth:
    """What the metric tables of a world must say.

    Args:
        world: the world.
        years: span of years that the pipeline is asked for.
        as_of: day on which the treaty list is read; today when not given.
    """

    def __init__(self, world: World, years: Years = ALL_YEARS, as_of: dt.date | None = None) -> None:
        self.world, self.years = world, years
        self.as_of = as_of or dt.datetime.now(dt.UTC).date()
        self.seed = {row["taxon_group"]: row for row in seed_rows("taxon_group")}

    @functools.cached_property
    def _cache(self) -> dict[str, list[Row]]:
        return {}

    def rows(self, table: str) -> list[Row]:
        """Every row of a metric table, such as `threatened_species`, in the columns of its contract.

        Raises:
            KeyError: no module computes that table.
        """
        if table not in self._cache:
            self._cache[table] = truths()[table](self)
        return self._cache[table]

    def value(
        self, metric: str, country_code: str, taxon_group: str | None = None, year: int | None = None
    ) -> float | int | bool | None:
        """The true value of one measure, as in `metrics.metric_value`; None when it is missing or has no row.

        Raises:
            KeyError: no table has that measure.
        """
        for name in truths():
            if metric in {column.name for column in tables()[f"metrics.{name}"].measures}:
                wanted = {"country_code": country_code, "taxon_group": taxon_group, "year": year}
                for row in self.rows(name):
                    if all(row.get(column) == value for column, value in wanted.items()):
                        found: float | int | bool | None = row[metric]
                        return found
                return None
        raise KeyError(metric)

    @functools.cached_property
    def accepted(self) -> dict[tuple[int, int, int], int]:
        """Records that pass the project's filters, by country, species and year (indices and the year)."""
        records, taxa = self.world.records, self.world.taxonomy.taxa
        counts: Counter[tuple[int, int, int]] = Counter()
        for place, taxon in self._passing():
            if taxa[taxon].rank == SPECIES_RANK:
                counts[int(records.country[place]), taxon, int(records.year[place])] += 1
        return dict(counts)

    @functools.cached_property
    def data_sets(self) -> dict[int, set[int]]:
        """Data sets with a record that passes the filters, by country; records of a genus have one, too."""
        records, found = self.world.records, defaultdict(set)
        data_set = data_set_of(records).tolist()
        for place, _ in self._passing():
            found[int(records.country[place])].add(data_set[place])
        return found

    @functools.cached_property
    def introduced(self) -> dict[tuple[int, int], int]:
        """Of these, records marked introduced or managed, by country and species."""
        records = self.world.records
        counts: Counter[tuple[int, int]] = Counter()
        for place, taxon in self._passing():
            if MEANS[records.means[place]] in INTRODUCED_MEANS:
                counts[int(records.country[place]), taxon] += 1
        return dict(counts)

    def _passing(self) -> list[tuple[int, int]]:
        """Position and taxon of every record in a country that is present, sound, alive, free and dated in the span."""
        records = self.world.records
        columns = zip(
            records.taxon.tolist(), records.country.tolist(), records.year.tolist(), records.basis.tolist(),
            records.is_absent.tolist(), records.has_issue.tolist(), strict=True,
        )  # fmt: skip
        return [
            (place, taxon)
            for place, (taxon, country, year, basis, absent, issue) in enumerate(columns)
            if 0 <= country < len(self.world.countries)
            and self.years.first <= year <= self.years.last
            and basis not in {FOSSIL, LIVING}
            and not absent
            and not issue
        ]

    @functools.cached_property
    def species(self) -> dict[int, dict[int, int]]:
        """Records by country and species, over all years."""
        found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for (country, taxon, _), count in self.accepted.items():
            found[country][taxon] += count
        return found

    @functools.cached_property
    def world_records(self) -> Counter[int]:
        """Records by species that pass the filters but for the country, wherever they lie."""
        records, taxa = self.world.records, self.world.taxonomy.taxa
        sound = zip(
            records.taxon.tolist(), records.year.tolist(), records.basis.tolist(), records.is_absent.tolist(),
            records.has_issue.tolist(), strict=True,
        )  # fmt: skip
        return Counter(
            taxon
            for taxon, year, basis, absent, issue in sound
            if self.years.first <= year <= self.years.last
            and basis not in {FOSSIL, LIVING}
            and not absent
            and not issue
            and taxa[taxon].rank == SPECIES_RANK
        )

    @functools.cached_property
    def listed(self) -> dict[int, dict[int, Listed]]:
        """What the Red List says of a country, by country and species; species that GBIF does not know have -number."""
        red_list, countries = self.world.red_list, self.world.countries
        return {
            place: {
                -one.sis_id if one.taxon is None else one.taxon: one
                for one in red_list.on_list_of(code)
                if one.infra_name is None and one.latest is not None
            }
            for place, code in enumerate(countries)
        }

    def known(self, country: int) -> list[int]:
        """Species known from a country, by records or from the Red List."""
        return sorted(self.species[country].keys() | self.listed[country].keys())

    def history(self, country: int, species: int) -> dict[int, Assessed]:
        """Global assessments of a species with a category of today, by year, if the country's list has the species."""
        if species not in self.listed[country]:
            return {}
        every = [one for one in self.listed[country][species].assessments if "1" in one.scopes]
        found = {one.year: one for one in sorted(every, key=lambda one: (one.is_latest, one.assessment_id))}
        return {year: one for year, one in found.items() if CATEGORY_OF.get(one.code, one.code)}

    def status(self, country: int, species: int) -> tuple[str, bool]:
        """Category of a species and whether it is possibly extinct: by the Red List where it lists the country, else GBIF."""
        if species not in self.listed[country]:
            return self.world.category_of_taxon[species], False
        latest = self.listed[country][species].latest
        assert latest is not None, "a species without a latest assessment has left the list"
        tagged = latest.possibly_extinct or latest.in_the_wild
        return latest.code, latest.code == "CR" and tagged

    def counted(self, country: int) -> dict[int, Named]:
        """The species that the country's Red List numbers count, with their list and the range shares in use."""
        if country not in self._counted:
            named = [self._named(country, species) for species in self.known(country)]
            self._counted[country] = {int(one.key): one for one in counted(named)}
        return self._counted[country]

    @functools.cached_property
    def _counted(self) -> dict[int, dict[int, Named]]:
        return {}

    def _named(self, country: int, species: int) -> Named:
        """What GBIF and the Red List together say of a species in a country."""
        share, method = self._range_share(country, species)
        about = Named(
            str(species), self.group(species), self.status(country, species)[0], share=share, method=method,
            mostly_introduced=self.is_introduced(country, species),
        )  # fmt: skip
        if species not in self.listed[country]:
            return about
        code = self.world.countries[country]
        place = next(one for one in self.listed[country][species].places if one.code == code)
        return replace(about, origin=ORIGIN[place.origin], presence=PRESENCE[place.presence], on="country_list")

    def is_counted(self, country: int, species: int) -> bool:
        """Whether the country's Red List numbers count a species."""
        return species in self.counted(country)

    def in_set(self, country: int, species: int) -> str | None:
        """Set of the Red List Index that a species is in by the Red List."""
        if species not in self.listed[country]:
            return None
        taxa = self.world.taxonomy.taxa
        order = taxa[self.listed[country][species].lineage].lineage[RANKS.index("ORDER")]
        return SET_OF_ORDER.get(taxa[order].name) if order >= 0 else None

    def _range_share(self, country: int, species: int) -> tuple[float | None, str | None]:
        """Part of the world's records where GBIF states a category, else an equal part of the countries listed."""
        here = self.species[country].get(species, 0)
        if here and self.world.category_of_taxon[species] != "NE":
            return here / max(here, self.world_records[species]), "occurrences"
        if species not in self.listed[country]:
            return None, None
        places = [one for one in self.listed[country][species].places if len(one.code) == 2]
        own = {one.code: one.presence == "Extant" for one in places if one.origin in {"Native", "Reintroduced"}}
        code = self.world.countries[country]
        if code not in own or (any(own.values()) and not own[code]):
            return None, None
        if next(one for one in places if one.code == code).is_endemic:
            return 1.0, "equal_shares"
        return 1 / sum(here == own[code] for here in own.values()), "equal_shares"

    def is_introduced(self, country: int, taxon: int) -> bool:
        """Whether more than half of a species' records in the country are marked introduced or managed."""
        return 2 * self.introduced.get((country, taxon), 0) > self.species[country][taxon]

    def group(self, taxon: int) -> str:
        """Reporting group of a species, empty for those without."""
        return self.world.red_list.taxa[-taxon].group if taxon < 0 else self.world.taxonomy.taxa[taxon].group

    def counted_in(self, taxon: int) -> tuple[str, ...]:
        """Group of a species, the group's roll-up and `all`; nothing for species without a group."""
        group = self.group(taxon)
        if not group:
            return ()
        roll_up = self.seed[group]["roll_up"]
        return (group, roll_up, "all") if roll_up else (group, "all")

    def weighed(self, group: str) -> int | None:
        """Species worldwide that are neither Data Deficient nor Extinct, as the group's row of the seed has them."""
        return int(self.seed[group]["world_weighed_species"]) if self.seed[group]["world_weighed_species"] else None

    def world_counts(self, group: str) -> tuple[int | None, int | None, float | None]:
        """Described and assessed species worldwide, and the assessed share."""
        seed = self.seed[group]
        described, assessed = (
            int(seed[name]) if seed[name] else None for name in ("described_species", "world_assessed_species")
        )
        part = None if not described or assessed is None else min(1.0, assessed / described)
        return described, assessed, part

    def categories(self, country: int, *, with_introduced: bool) -> dict[str, Counter[str]]:
        """Species by category for every group and roll-up.

        Args:
            country: index of the country.
            with_introduced: whether to count every species with records, instead of the country's own, known by records
                or from the Red List.
        """
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for taxon in self.species[country] if with_introduced else self.known(country):
            if with_introduced or self.is_counted(country, taxon):
                for group in self.counted_in(taxon):
                    found[group][self.status(country, taxon)[0]] += 1
        return found

    def possibly_extinct(self, country: int) -> Counter[str]:
        """The country's own species that are tagged possibly extinct, for every group and roll-up."""
        found: Counter[str] = Counter()
        for taxon in self.known(country):
            if self.is_counted(country, taxon) and self.status(country, taxon)[1]:
                found.update(self.counted_in(taxon))
        return found
