"""The IUCN Red List API v4: a country's list, a species' history, an assessment's details, with all their pages.

Answers about a species or an assessment are the same for every country, so they are asked for once per Red List
version. Everything is cleaned of personal e-mail addresses, which the API gives with its specialist groups.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.sources.apis.pages import Pages
from ness_pipeline.sources.apis.personal_data import without_email_addresses
from ness_pipeline.sources.fields import record, rows, text, whole_number

logger = logging.getLogger(__name__)

GLOBAL_SCOPE = "1"
NOT_FOUND = 404
TOLERATED_LOSS = 0.01
"""Share of the announced assessments that may be missing from the pages."""

_SUMMARY = ("assessment_id", "sis_taxon_id", "year_published", "latest", "scopes")
_SUMMARY_IGNORED = (
    "url",
    "code",
    "code_type",
    "assessment_date",
    "criteria",
    "taxon_scientific_name",
    "red_list_category_code",
    "possibly_extinct",
    "possibly_extinct_in_the_wild",
)
_DETAILS = ("red_list_category", "possibly_extinct", "possibly_extinct_in_the_wild", "taxon", "locations", "threats")
_DETAILS_IGNORED = (
    "assessment_date",
    "year_published",
    "latest",
    "sis_taxon_id",
    "criteria",
    "url",
    "citation",
    "assessment_id",
    "assessment_points",
    "assessment_ranges",
    "population_trend",
    "supplementary_info",
    "documentation",
    "biogeographical_realms",
    "conservation_actions",
    "faos",
    "habitats",
    "researches",
    "use_and_trade",
    "credits",
    "errata",
    "references",
    "growth_forms",
    "lmes",
    "scopes",
    "stresses",
    "systems",
)
_TAXON_TEXTS = ("scientific_name", "kingdom_name", "phylum_name", "class_name", "order_name")
_TAXON = (*_TAXON_TEXTS, "infra_name", "subpopulation_name")


@dataclass(frozen=True)
class RedList:
    """Answers of the Red List API, requested through `fetch`.

    Every method raises SourceUnavailable when the publisher refused, and SchemaDrift when a field is missing.
    """

    fetch: Fetch

    @functools.cached_property
    def version(self) -> str:
        """The Red List version, such as `2025-1`."""
        answer = self.fetch(_request("information/red_list_version")).json()
        return str(record(answer, "IUCN version", ("red_list_version",))["red_list_version"])

    def listed(self, country: str) -> list[dict[str, Any]]:
        """Global assessments on a country's list, each once, of all years; none for a country that is not in the API.

        Raises:
            SourceUnavailable: more than 1 % of the announced assessments are missing from the pages.
        """
        summaries: dict[int, dict[str, Any]] = {}
        pages = Pages(f"iucn {country}")
        for number in pages:
            payload = self.fetch(
                _request(f"countries/{country}", (("scope_code", GLOBAL_SCOPE), ("page", str(number))))
            )
            if _is_missing(payload):
                logger.info("The IUCN Red List does not know the country %s; it has no rows.", country)
                return []
            page = record(payload.json(), "IUCN country page", ("assessments",), ("country", "filters"))
            page_summaries = {summary["assessment_id"]: summary for summary in _summaries(page["assessments"])}
            if "total-pages" in payload.headers:
                total = whole_number(payload.headers.get("total-count", 0), "IUCN total-count")
                pages.announce(whole_number(payload.headers["total-pages"], "IUCN total-pages"), total)
            elif number == 1 and not page_summaries:
                raise SourceUnavailable(
                    f"iucn lists no assessment of {country}; an empty list is no answer, run again."
                )
            if not page_summaries:
                break
            if not page_summaries.keys() - summaries.keys():
                message = f"iucn repeats itself on page {number} of {country}; pages are missing, run again."
                raise SourceUnavailable(message)
            summaries |= page_summaries
            if "total-pages" not in payload.headers:
                pages.expect_more()  # the only end is an empty page
        if len(summaries) < pages.total * (1 - TOLERATED_LOSS):
            message = (
                f"iucn gave {len(summaries)} of {pages.total} assessments of {country}; pages are missing, run again."
            )
            raise SourceUnavailable(message)
        return [summary for summary in summaries.values() if is_global(summary)]

    def history(self, taxon_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """A taxon and its global assessments of all years, wherever they were listed; None when it is not there."""
        answer = self._shared(
            f"taxa/sis/{taxon_id}", "IUCN taxon answer", ("taxon", "assessments"), ("sis_id", "params")
        )
        if answer is None:
            return None
        return taxon_of(answer), [summary for summary in _summaries(answer["assessments"]) if is_global(summary)]

    def details(self, assessment_id: int) -> dict[str, Any] | None:
        """An assessment in full, None when it is not there."""
        return self._shared(f"assessment/{assessment_id}", "IUCN assessment", _DETAILS, _DETAILS_IGNORED)

    def _shared(
        self, path: str, label: str, needed: tuple[str, ...], ignored: tuple[str, ...]
    ) -> dict[str, Any] | None:
        payload = self.fetch(_request(path, shared=self.version))
        return None if _is_missing(payload) else record(payload.json(), label, needed, ignored)


def is_global(summary: Mapping[str, Any]) -> bool:
    """Whether an assessment is, among other scopes, a global one."""
    return any(str(scope.get("code")) == GLOBAL_SCOPE for scope in rows(summary["scopes"], "IUCN scopes"))


def taxon_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The taxon that an answer is about."""
    taxon = record(answer["taxon"], "IUCN taxon", _TAXON, None)
    for name in _TAXON_TEXTS:
        text(taxon[name], f"IUCN taxon's {name!r}")
    return taxon


def category_code(details: Mapping[str, Any]) -> str | None:
    """Category code of an assessment as published."""
    category = details["red_list_category"]
    if category is None:
        return None
    return text(record(category, "IUCN category", ("code",), None)["code"], "IUCN category's 'code'")


def _request(path: str, params: tuple[tuple[str, str], ...] = (), shared: str | None = None) -> Request:
    # The version itself must be there: a 404 to it means a wrong address and not an empty Red List.
    accepts = () if path.startswith("information/") else (NOT_FOUND,)
    return Request("iucn", f"/v4/{path}", params, shared, accepts, without_email_addresses)


def _is_missing(payload: Payload) -> bool:
    """Whether the answer is the API's own 404, which has a JSON body."""
    return payload.status == NOT_FOUND and payload.json() is not None


def _summaries(value: Any) -> list[dict[str, Any]]:
    summaries = rows(value, "IUCN assessments")
    return [record(summary, "IUCN assessment summary", _SUMMARY, _SUMMARY_IGNORED) for summary in summaries]
