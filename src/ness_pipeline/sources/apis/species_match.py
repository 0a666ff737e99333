"""Species of the checklist in use for a scientific name, by GBIF's name matching."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.sources.apis.pygbif_adapter import name_match
from ness_pipeline.sources.fields import record


@dataclass(frozen=True)
class Match:
    """The accepted species that a name means.

    Attributes:
        key: its key in the checklist.
        is_synonym: whether the name is a synonym there.
    """

    key: str
    is_synonym: bool


def match_species(fetch: Fetch, name: str, kingdom: str | None, checklist: str, release: str) -> Match | None:
    """The accepted species that a name means beyond doubt, None otherwise.

    A name counts when it is spelled exactly so, at the rank of a species, in the kingdom that is given; of a synonym the
    accepted species counts. A guess at the spelling, the genus alone, or an accepted name below the species do not.

    Args:
        fetch: how the request is sent.
        name: scientific name without author.
        kingdom: its kingdom in any letter case, which tells homonyms apart.
        checklist: GBIF dataset key of the checklist.
        release: release of the names' source; each name is requested once per release, whatever the unit of work.

    Raises:
        SourceUnavailable: GBIF has no usable answer.
        SchemaDrift: the answer lacks a field.
    """

    def shared(request: Request) -> Payload:
        return fetch(replace(request, shared=f"{checklist} {release}"))

    answer = name_match(shared, name, "SPECIES", checklist, kingdom.capitalize() if kingdom else None)
    diagnostics = record(answer, "GBIF name match", ("diagnostics",), None)["diagnostics"]
    if record(diagnostics, "GBIF name match's diagnostics", ("matchType",), None)["matchType"] != "EXACT":
        return None
    usage = record(answer.get("usage"), "GBIF name usage", ("key", "rank"), None)
    accepted = record(answer.get("acceptedUsage") or usage, "GBIF accepted usage", ("key", "rank"), None)
    if usage["rank"] != "SPECIES" or accepted["rank"] != "SPECIES":
        return None
    return Match(str(accepted["key"]), is_synonym=str(accepted["key"]) != str(usage["key"]))
