"""`/v2/species/match`: names to taxa, with every kind of match that GBIF distinguishes."""

from __future__ import annotations

import difflib
from typing import Any

from ness_pipeline.sandbox.gbif_records import IUCN_DATASET, STATUS_NAMES, classification, usage
from ness_pipeline.sandbox.gbif_search import Query, checklist_of
from ness_pipeline.sandbox.occurrences import Occurrences
from ness_pipeline.sandbox.taxonomy import RANKS, SPECIES_RANK

_SPELLING_CUTOFF = 0.93
_HIGHER = ("kingdom", "phylum", "class", "order", "family", "genus")


class Names:
    """The names of a world, by checklist."""

    def __init__(self, search: Occurrences) -> None:
        self._search = search
        self._taxa = search.world.taxonomy.taxa
        self._by_name: dict[str, list[int]] = {}
        for index, taxon in enumerate(self._taxa):
            for name in {taxon.name.lower(), taxon.scientific_name.lower()}:
                self._by_name.setdefault(name, []).append(index)

    def match(self, query: Query) -> dict[str, Any]:
        """The answer to one request.

        A name of one word without `taxonRank` is a HIGHERRANK match even when it is spelled right, as recorded for Aves;
        with its rank it is EXACT. A species that the checklist lacks falls back to its genus, which is HIGHERRANK too.

        Raises:
            BadParameterError: the checklist key is no UUID.
        """
        checklist = checklist_of(query)
        name = " ".join(query.all("scientificname")).lower()
        rank = "".join(query.all("taxonrank")[-1:]).upper()
        strict = "".join(query.all("strict")[-1:]).lower() == "true"
        if checklist not in self._search.usage or not name:
            return _nothing()
        candidates = self._candidates(name, rank, checklist)
        kind, confidence = "EXACT", 99
        if not candidates and " " in name:
            spelled = difflib.get_close_matches(name, self._by_name, 1, _SPELLING_CUTOFF)
            candidates = self._candidates(spelled[0], rank, checklist) if spelled else []
            kind, confidence = "VARIANT", 95
        if not candidates and " " in name and not strict:
            candidates, kind, confidence = self._candidates(name.split()[0], "GENUS", checklist), "HIGHERRANK", 94
        elif candidates and " " not in name and not rank:
            kind, confidence = "HIGHERRANK", 94
        if not candidates:
            return _nothing()
        fitting = [index for index in candidates if self._fits(index, query)]
        if not fitting:
            return _nothing("No match because of too little confidence", 99, ["LOW_CONFIDENCE"])
        if len(fitting) > 1:
            return _nothing(f"Multiple equal matches for {query.all('scientificname')[0]}")
        return self._answer(fitting[0], checklist, kind, confidence)

    def _candidates(self, name: str, rank: str, checklist: str) -> list[int]:
        keys = self._search.keys[checklist]
        return [
            index
            for index in self._by_name.get(name, [])
            if keys[index] and (not rank or RANKS[self._taxa[index].rank] == rank)
        ]

    def _fits(self, index: int, query: Query) -> bool:
        """Whether the taxon lies below the higher taxa that the request names."""
        lineage = self._taxa[index].lineage
        for depth, rank in enumerate(_HIGHER):
            wanted = query.all(rank)
            if wanted and lineage[depth] >= 0 and self._taxa[lineage[depth]].name.lower() != wanted[-1].lower():
                return False
        return True

    def _answer(self, index: int, checklist: str, kind: str, confidence: int) -> dict[str, Any]:
        taxon = self._taxa[index]
        accepted = index if taxon.accepted is None else taxon.accepted
        body: dict[str, Any] = {"usage": usage(self._search, index, checklist)}
        if accepted != index:
            body["acceptedUsage"] = usage(self._search, accepted, checklist)
            del body["acceptedUsage"]["status"]
        body["classification"] = classification(self._search, accepted, checklist)
        body["diagnostics"] = {"matchType": kind, "confidence": confidence, "timeTaken": 1}
        category = self._search.world.category_of_taxon.get(accepted, "NE")
        if taxon.rank == SPECIES_RANK and category != "NE":
            status = {"clbDatasetKey": "53131", "datasetAlias": "IUCN", "datasetKey": IUCN_DATASET}
            status |= {"status": STATUS_NAMES[category], "statusCode": category, "sourceId": str(9_000_000 + accepted)}
            body["additionalStatus"] = [status]
        return body | {"synonym": accepted != index}


def _nothing(note: str = "", confidence: int = 100, flags: list[str] | None = None) -> dict[str, Any]:
    """The answer for a name without a match; a confidence of 100 means that GBIF has no such name."""
    diagnostics: dict[str, Any] = {"matchType": "NONE", "issues": []}
    if flags:
        diagnostics["processingFlags"] = flags
    diagnostics["confidence"] = confidence
    if note:
        diagnostics["note"] = note
    return {"diagnostics": diagnostics | {"timeTaken": 1}, "synonym": False}
