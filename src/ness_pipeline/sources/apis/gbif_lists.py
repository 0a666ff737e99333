"""Counts from GBIF's lists of publications and of data sets, with proof that GBIF did not ignore the question.

GBIF answers an unknown parameter with the unfiltered list and status 200. So every question asks, as a facet, for the
field that it filters by: when the filter worked, all entries have the value asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ness_pipeline.errors import SourceUnavailable
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.sources.apis.gbif_facets import FACET_LIMIT, Answer, answer_of


def listed(body: Mapping[str, Any], label: str, facets: tuple[str, ...], filters: Mapping[str, str]) -> Answer:
    """The counts of an answer.

    Args:
        body: the answer.
        label: kind of list, for messages.
        facets: facets that are read.
        filters: facet to the value that every entry must have.

    Raises:
        SchemaDrift: the answer lacks its count or a facet.
        SourceUnavailable: the answer holds more than was asked for, or a facet is cut off.
    """
    answer = answer_of(body, (*facets, *filters), label)
    for name, terms in answer.facets.items():
        if len(terms) >= FACET_LIMIT:
            raise SourceUnavailable(f"gbif lists too many values of {name} in its {label}; please report it.")
    for name, value in filters.items():
        if answer.count != answer.facets[name].get(value, 0):
            raise SourceUnavailable(
                f"gbif seems to have ignored the filter {name}={value} of its {label}, which would count the whole world; please report it."
            )
    return Answer(answer.count, {name: answer.facets[name] for name in facets})


def answered(search: Callable[..., dict[str, Any]], fetch: Fetch, **params: Any) -> tuple[dict[str, Any], dt.datetime]:
    """The answer of a list, with facets and without a single entry, and when it was received, UTC.

    Args:
        search: `literature_search` or `dataset_search`.
        fetch: how the request is sent.
        params: as `search` takes them.
    """
    received: list[Payload] = []

    def noting(request: Request) -> Payload:
        received.append(fetch(request))
        return received[-1]

    return search(noting, **params, facetLimit=FACET_LIMIT, limit=0), received[-1].fetched_at
