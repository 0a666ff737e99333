"""The true metric values of a sandbox world, worked out in plain Python from the definitions in the contracts.

Nothing here reads the warehouse or its SQL: a test that compares the two compares two ways of saying the same thing.
Only the project's seeds are shared, because they are facts about the real world that the sandbox does not invent.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from ness_pipeline.dictionary import tables
from ness_pipeline.errors import WrongUsage
from ness_pipeline.paths import sql_folder
from ness_pipeline.sandbox.records import FIRST_YEAR, FOSSIL, INTRODUCED_MEANS, LAST_YEAR, LIVING, MEANS
from ness_pipeline.sandbox.taxonomy import SPECIES_RANK
from ness_pipeline.sandbox.truth_policy import legal_framework, protected_area_coverage
from ness_pipeline.sandbox.world import World
from ness_pipeline.scope import Years
from schemas.vocabulary import ROLL_UPS, TAXON_GROUPS

Row = dict[str, Any]

ALL_YEARS = Years(FIRST_YEAR, LAST_YEAR)
FULLY_ASSESSED, FEWEST_SPECIES, FEWEST_RECORDS = 0.8, 10, 20
_COUNTED = {
    "extinct": "EX", "extinct_in_the_wild": "EW", "critically_endangered": "CR", "endangered": "EN", "vulnerable": "VU",
    "near_threatened": "NT", "least_concern": "LC", "data_deficient": "DD",
}  # fmt: skip


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
        self._seed = {row["taxon_group"]: row for row in seed_rows("taxon_group")}
        self._tables: dict[str, Callable[[], list[Row]]] = {
            "threatened_species": self._threatened_species,
            "assessment_coverage": self._assessment_coverage,
            "species_diversity": self._species_diversity,
            "protected_area_coverage": lambda: protected_area_coverage(world, years),
            "legal_framework": lambda: legal_framework(world, years, self.as_of, seed_rows("treaty_party")),
        }

    @functools.cached_property
    def _cache(self) -> dict[str, list[Row]]:
        return {}

    def rows(self, table: str) -> list[Row]:
        """Every row of a metric table, such as `threatened_species`, in the columns of its contract.

        Raises:
            WrongUsage: the truth of that table is not known.
        """
        if table not in self._tables:
            raise WrongUsage(
                f"The sandbox does not know the truth of {table!r}; choose one of {', '.join(self._tables)}."
            )
        if table not in self._cache:
            self._cache[table] = self._tables[table]()
        return self._cache[table]

    def value(
        self, metric: str, country_code: str, taxon_group: str | None = None, year: int | None = None
    ) -> float | int | bool | None:
        """The true value of one measure, as in `metrics.metric_value`; None when it is missing or has no row.

        Raises:
            WrongUsage: no table has that measure.
        """
        for name in self._tables:
            if metric in {column.name for column in tables()[f"metrics.{name}"].measures}:
                wanted = {"country_code": country_code, "taxon_group": taxon_group, "year": year}
                for row in self.rows(name):
                    if all(row.get(column) == value for column, value in wanted.items()):
                        found: float | int | bool | None = row[metric]
                        return found
                return None
        raise WrongUsage(f"No metric of the sandbox has the measure {metric!r}.")

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

    def is_introduced(self, country: int, taxon: int) -> bool:
        """Whether more than half of a species' records in the country are marked introduced or managed."""
        return 2 * self.introduced.get((country, taxon), 0) > self.species[country][taxon]

    def _counted_in(self, taxon: int) -> tuple[str, ...]:
        """Group of a species, the group's roll-up and `all`; nothing for species without a group."""
        group = self.world.taxonomy.taxa[taxon].group
        if not group:
            return ()
        roll_up = self._seed[group]["roll_up"]
        return (group, roll_up, "all") if roll_up else (group, "all")

    def _world_counts(self, group: str) -> tuple[int | None, int | None, float | None]:
        """Described and assessed species worldwide, and the assessed share."""
        seed = self._seed[group]
        described, assessed = (
            int(seed[name]) if seed[name] else None for name in ("described_species", "world_assessed_species")
        )
        part = None if not described or assessed is None else min(1.0, assessed / described)
        return described, assessed, part

    def _categories(self, country: int, *, with_introduced: bool) -> dict[str, Counter[str]]:
        """Species by category for every group and roll-up."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for taxon in self.species[country]:
            if with_introduced or not self.is_introduced(country, taxon):
                for group in self._counted_in(taxon):
                    found[group][self.world.category_of_taxon[taxon]] += 1
        return found

    def _threatened_species(self) -> list[Row]:
        return [
            self._threatened_row(code, group, counts)
            for country, code in enumerate(self.world.countries)
            for group, counts in self._categories(country, with_introduced=False).items()
        ]

    def _threatened_row(self, code: str, group: str, counts: Counter[str]) -> Row:
        known = sum(counts.values())
        assessed = known - counts["NE"]
        living = assessed - counts["EX"]
        judged = living - counts["DD"]
        threatened = counts["CR"] + counts["EN"] + counts["VU"]
        with_ew = threatened + counts["EW"]
        described, world_assessed, world_share = self._world_counts(group)
        reason = None
        if living == 0:
            reason = "no_assessed_species"
        elif judged == 0:
            reason = "all_data_deficient"
        elif world_share is None:
            reason = "no_described_count"
        elif world_share < FULLY_ASSESSED:
            reason = "group_partly_assessed"
        elif assessed / known < FULLY_ASSESSED:
            reason = "country_partly_assessed"
        return {
            "country_code": code,
            "taxon_group": group,
            "known_species": known,
            "assessed_species": assessed,
            **{column: counts[category] for column, category in _COUNTED.items()},
            "possibly_extinct": 0,  # no keyless publisher tags species as possibly extinct
            "threatened_species": threatened if assessed else None,
            "threatened_species_with_ew": with_ew if assessed else None,
            "threatened_share": share(with_ew, judged),
            "threatened_share_lower": share(with_ew, living),
            "threatened_share_upper": share(with_ew + counts["DD"], living),
            "national_assessed_share": share(assessed, known),
            "described_species": described,
            "world_assessed_species": world_assessed,
            "world_assessed_share": world_share,
            "reportable": reason is None,
            "reason": reason,
        }

    def _assessment_coverage(self) -> list[Row]:
        groups = [self._categories(country, with_introduced=True) for country in range(len(self.world.countries))]
        return [
            self._coverage_row(code, group, counts[group], counts["animals"])
            for code, counts in zip(self.world.countries, groups, strict=True)
            for group in (*TAXON_GROUPS, *ROLL_UPS)
        ]

    def _coverage_row(self, code: str, group: str, counts: Counter[str], animals: Counter[str]) -> Row:
        observed = sum(counts.values())
        assessed = observed - counts["NE"]
        assessed_share = share(assessed, observed)
        of_animals = share(sum(animals.values()) - animals["NE"], sum(animals.values()))
        described, _, world_share = self._world_counts(group)
        few = observed < FEWEST_SPECIES
        few_to_compare = few or sum(animals.values()) < FEWEST_SPECIES
        return {
            "country_code": code,
            "taxon_group": group,
            "described_species": described,
            "observed_species": observed,
            "assessed_species": assessed,
            "data_deficient": counts["DD"],
            "assessed_share": assessed_share,
            "evaluated_share": share(assessed - counts["DD"], observed),
            "world_assessed_share": world_share,
            "gap_to_animals": None if assessed_share is None or of_animals is None else of_animals - assessed_share,
            "reportable": not few,
            "reason": "too_few_species" if few else None,
            "gap_reportable": not few_to_compare,
            "gap_reason": "too_few_species" if few_to_compare else None,
        }

    def _species_diversity(self) -> list[Row]:
        records: Counter[tuple[int, str, int | None]] = Counter()
        seen: dict[tuple[int, str, int | None], set[int]] = defaultdict(set)
        for (country, taxon, year), count in self.accepted.items():
            for group in self._counted_in(taxon):
                for when in (year, None):
                    records[country, group, when] += count
                    seen[country, group, when].add(taxon)
        return [
            {
                "country_code": self.world.countries[country],
                "taxon_group": group,
                "year": year,
                "occurrences": count,
                "observed_richness": len(seen[country, group, year]),
                "reportable": count >= FEWEST_RECORDS,
                "reason": None if count >= FEWEST_RECORDS else "too_few_records",
            }
            for (country, group, year), count in records.items()
        ]
