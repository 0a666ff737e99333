"""Exact counts by species from GBIF's facets, which are approximate by nature.

GBIF's index merges the longest lists of its shards, and a shard lists at most 10,000 terms. So an answer with fewer
terms than that is complete and exact, because no shard can hold more distinct terms than the whole answer; an answer at
the limit is not, without any sign of it. Here such an answer is never used: the question is split until every part
is below the limit, first by year, since every record counted has one, then by taxon. Months would not do, because
records may lack one. Species that lack a rank (a reptile without an order) fall through a split by that rank; they are
found again by their genus or family, of which the parts then have fewer records than the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ness_pipeline.errors import SchemaDrift, SourceUnavailable
from ness_pipeline.landing.request import Fetch
from ness_pipeline.names.years import Years
from ness_pipeline.sources.apis.pygbif_adapter import RANK_KEYS, occurrence_search
from ness_pipeline.sources.fields import own_words, whole_number

OCCURRENCE_FILTERS: Mapping[str, Any] = {
    "occurrenceStatus": "PRESENT",
    "hasGeospatialIssue": False,
    "basisOfRecord": [
        "PRESERVED_SPECIMEN",
        "OBSERVATION",
        "HUMAN_OBSERVATION",
        "MACHINE_OBSERVATION",
        "MATERIAL_SAMPLE",
        "LITERATURE",
        "MATERIAL_CITATION",
        "OCCURRENCE",
    ],
}
"""Which records count: present, without geospatial issue, neither fossil nor living specimen (zoos, gardens).

Species and year must be known too, which the facets and the span of years see to.
"""

FACET_LIMIT = 9_999
"""Terms asked for: the most for which GBIF's limit per shard, min(2 * 9999 + 100, 10000), still exceeds the answer."""
KEYS_LENGTH = 6_000
"""Characters of `speciesKey=` parameters in one URL, which stays below 7,000 in all."""
TOLERATED_DRIFT = 0.01
"""Share of records by which answers may contradict each other, as the index is updated while it is read."""

MOST_REQUESTS = 10_000
"""Requests for one country, of which a typical one needs 70; GBIF asks for fewer than tens of thousands a day."""

_SPLIT_FACETS = ("speciesKey", "genusKey", "familyKey")


@dataclass(frozen=True)
class Answer:
    """One answer of a search or a list.

    Attributes:
        count: records or entries that match.
        facets: facet to term to their number.
    """

    count: int
    facets: dict[str, dict[str, int]]


class Search:
    """Occurrence search in one checklist, always with `OCCURRENCE_FILTERS`.

    Args:
        fetch: how requests are sent.
        checklist: GBIF dataset key of the checklist that all keys belong to.
    """

    def __init__(self, fetch: Fetch, checklist: str) -> None:
        self._fetch = fetch
        self._checklist = checklist
        self._requests = 0

    def ask(self, *facets: str, years: Years, **filters: Any) -> Answer:
        """One request under the filters.

        Raises:
            SchemaDrift: the answer lacks a field or a facet.
        """
        span = str(years.first) if years.first == years.last else f"{years.first},{years.last}"
        return self._send(facets, {**OCCURRENCE_FILTERS, "year": span, **filters})

    def count_unfiltered(self, country: str) -> int:
        """All records of a country."""
        return self._send((), {"country": country}).count

    def species(self, years: Years, **filters: Any) -> Counter[str]:
        """Species key to number of records, complete and exact.

        Raises:
            SourceUnavailable: the answers contradict each other, or cannot be split far enough.
        """
        answer = self.ask("speciesKey", years=years, **filters)
        if _is_complete(answer):
            return Counter(answer.facets["speciesKey"])
        if years.first == years.last:
            return self._below(self.ask(*_SPLIT_FACETS, years=years, **filters), RANK_KEYS[:-1], years, filters)
        middle = (years.first + years.last) // 2
        halves = Years(years.first, middle), Years(middle + 1, years.last)
        return self.species(halves[0], **filters) + self.species(halves[1], **filters)

    def datasets(self, years: Years, **filters: Any) -> Counter[str]:
        """Data set key to number of records, complete and exact; records without a known species are counted too.

        Raises:
            SourceUnavailable: the answers contradict each other, or cannot be split far enough.
        """
        answer = self.ask("datasetKey", years=years, **filters)
        if _is_complete(answer, "datasetKey"):
            return Counter(answer.facets["datasetKey"])
        if years.first < years.last:
            middle = (years.first + years.last) // 2
            halves = Years(years.first, middle), Years(middle + 1, years.last)
            return self.datasets(halves[0], **filters) + self.datasets(halves[1], **filters)
        kinds = filters.get("basisOfRecord", OCCURRENCE_FILTERS["basisOfRecord"])
        if not isinstance(kinds, list):
            raise SourceUnavailable(f"gbif lists too many data sets of {kinds} in {years}; take a download instead.")
        counts: Counter[str] = Counter()
        for kind in kinds:
            counts += self.datasets(years, **filters | {"basisOfRecord": kind})
        return counts

    def of_species(self, keys: Iterable[str], years: Years, **filters: Any) -> Counter[str]:
        """Number of records of the given species; those without any are left out."""
        counts: Counter[str] = Counter()
        for batch in _batches(sorted(keys), "speciesKey"):
            counts.update(self.ask("speciesKey", years=years, speciesKey=batch, **filters).facets["speciesKey"])
        return counts

    def _below(self, whole: Answer, ranks: tuple[str, ...], years: Years, filters: dict[str, Any]) -> Counter[str]:
        """Species of an answer at the limit, split by the first of the ranks."""
        if not ranks:
            raise SourceUnavailable(f"gbif lists too many species of one genus in {years}; take a download instead.")
        rank, narrower = ranks[0], ranks[1:]
        children = self.ask(rank, years=years, **filters)
        terms = children.facets[rank]
        if len(terms) == 1 and sum(terms.values()) == children.count:
            return self._below(whole, narrower, years, filters)
        if not _is_complete(children, rank):
            raise SourceUnavailable(f"gbif lists too many taxa for {rank} in {years}; take a download instead.")
        species: Counter[str] = Counter()
        reached: dict[str, Counter[str]] = {"genusKey": Counter(), "familyKey": Counter()}
        for key in terms:
            within = {**filters, rank: key}
            part = self.ask(*_SPLIT_FACETS, years=years, **within)
            species.update(
                part.facets["speciesKey"] if _is_complete(part) else self._below(part, narrower, years, within)
            )
            for link, counts in reached.items():
                counts.update(part.facets[link])
        for link, counts in reached.items():
            if link in narrower and _is_complete(whole, link):
                short = [key for key, number in whole.facets[link].items() if number > counts[key]]
                _add_new(species, self._within(link, short, years, filters))
                break
        _add_new(species, self.of_species(whole.facets["speciesKey"].keys() - species.keys(), years, **filters))
        return species

    def _within(self, rank: str, keys: list[str], years: Years, filters: dict[str, Any]) -> Counter[str]:
        """Species below the given taxa of one rank."""
        species: Counter[str] = Counter()
        for batch in _batches(sorted(keys), rank):
            answer = self.ask("speciesKey", years=years, **{**filters, rank: batch})
            if _is_complete(answer):
                species.update(answer.facets["speciesKey"])
            elif len(batch) > 1:
                species += self._within(rank, batch[::2], years, filters) + self._within(
                    rank, batch[1::2], years, filters
                )
            else:
                narrowed = {**filters, rank: batch}
                whole = self.ask(*_SPLIT_FACETS, years=years, **narrowed)
                species += self._below(whole, RANK_KEYS[RANK_KEYS.index(rank) + 1 : -1], years, narrowed)
        return species

    def _send(self, facets: tuple[str, ...], params: dict[str, Any]) -> Answer:
        self._requests += 1
        if self._requests > MOST_REQUESTS:
            raise SourceUnavailable(
                f"gbif would need more than {MOST_REQUESTS:,} requests for one country; take a download instead."
            )
        facet_parameters = {"facet": list(facets), "facetLimit": FACET_LIMIT} if facets else {}
        body = occurrence_search(self._fetch, **params, **facet_parameters, limit=0, checklistKey=self._checklist)
        answer = answer_of(body, facets, "occurrence search")
        for name, terms in answer.facets.items():
            if sum(terms.values()) > answer.count:
                raise SourceUnavailable(
                    f"gbif counts more records by {name} than there are; it is being updated, run again later."
                )
        return answer


def answer_of(body: Mapping[str, Any], facets: Iterable[str], label: str) -> Answer:
    """The count and the facets of an answer.

    Args:
        body: the answer.
        facets: facets that are read.
        label: what answered, for messages.

    Raises:
        SourceUnavailable: it is an error that came as an answer.
        SchemaDrift: the answer lacks its count or a facet.
    """
    try:
        count = whole_number(body["count"], f"count of GBIF's {label}")
        facet_terms = {
            _plain(facet["field"]): {
                str(term["name"]): whole_number(term["count"], f"count of a term of GBIF's {label}")
                for term in facet["counts"]
            }
            for facet in body["facets"]
        }
    except KeyError as error:
        if words := own_words(body):
            raise SourceUnavailable(
                f"GBIF's {label} is an error of the publisher ({words}); run again later."
            ) from None
        raise SchemaDrift(f"GBIF's {label} has no field {error} any more; look at the landed payload.") from None
    for name in facets:
        if _plain(name) not in facet_terms and count:
            raise SchemaDrift(f"GBIF's {label} did not answer the facet {name!r}; look at the landed payload.")
    return Answer(count, {name: facet_terms.get(_plain(name), {}) for name in facets})


def _plain(name: str) -> str:
    """Name of a facet in lower case without underscores, the same for SPECIES_KEY and speciesKey."""
    return name.replace("_", "").lower()


def _is_complete(answer: Answer, facet: str = "speciesKey") -> bool:
    return len(answer.facets[facet]) < FACET_LIMIT


def _add_new(species: Counter[str], counts: Counter[str]) -> None:
    """Add the counts of species that are not counted yet."""
    species.update({key: number for key, number in counts.items() if key not in species})


def _batches(keys: list[str], name: str) -> Iterator[list[str]]:
    """The keys in lists that fit into one URL each, and into one answer."""
    batch: list[str] = []
    length = 0
    for key in keys:
        size = len(f"&{name}=") + len(key)
        if batch and (length + size > KEYS_LENGTH or len(batch) >= FACET_LIMIT - 1):
            yield batch
            batch, length = [], 0
        batch.append(key)
        length += size
    if batch:
        yield batch
