"""pygbif made to speak through our own requests: paced, retried, landed, replayable, and towards any base URL.

pygbif 0.7 has no session, retry, default time-out or base-URL setting. But `pygbif.gbifutils` looks the name `requests`
up whenever it is called, so for the time of our calls that name means an object of ours; other threads that use pygbif
meanwhile notice nothing. Its traps:

- it adds the Catalogue of Life's checklist by itself, so ours is always passed; keys are text, for numbers make it
  switch to the old backbone;
- it refuses a content type other than exactly `application/json`;
- GBIF ignores unknown parameters and facets and answers 200 with the unfiltered world, so names are checked here;
- importing it takes seconds and installs a handler on the root logger, so it is imported late and the handler removed.
"""

from __future__ import annotations

import functools
import importlib
import io
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import requests

from ness_pipeline.errors import SourceUnavailable, WrongUsage
from ness_pipeline.landing.request import Fetch, Request
from ness_pipeline.sources.fields import record

GBIF_API = "https://api.gbif.org"

RANK_KEYS = ("kingdomKey", "phylumKey", "classKey", "orderKey", "familyKey", "genusKey", "speciesKey")

SEARCH_PARAMETERS = frozenset(
    {
        "basisOfRecord",
        "checklistKey",
        "country",
        "establishmentMeans",
        "facet",
        "facetLimit",
        "facetMincount",
        "facetOffset",
        "hasCoordinate",
        "hasGeospatialIssue",
        "iucnRedListCategory",
        "limit",
        "month",
        "occurrenceStatus",
        "offset",
        "taxonKey",
        "year",
        *RANK_KEYS,
    }
)
"""Parameters of occurrence search that we send, as GBIF's documentation spells them."""

FACETS = frozenset(RANK_KEYS) | {
    "basisOfRecord",
    "country",
    "datasetKey",
    "establishmentMeans",
    "iucnRedListCategory",
    "month",
    "occurrenceStatus",
    "year",
}
"""Facets that we ask for."""

LITERATURE_PARAMETERS = frozenset(
    {"countriesOfCoverage", "countriesOfResearcher", "facet", "facetLimit", "limit", "relevance", "year"}
)
"""Parameters of literature search that we send; its facets are among them."""

DATASET_PARAMETERS = frozenset({"facet", "facetLimit", "limit", "publishingCountry", "publishingOrg", "type"})
"""Parameters of data set search that we send; its facets are among them."""

_LOCK = threading.Lock()
_FETCH: ContextVar[Fetch | None] = ContextVar("fetch of the thread's pygbif calls", default=None)
_INSIDE: list[Fetch] = []


def occurrence_search(fetch: Fetch, **params: Any) -> dict[str, Any]:
    """The answer of `/v1/occurrence/search` through `pygbif.occurrences.search`.

    Args:
        fetch: how the request is sent.
        params: GBIF's own parameter names; lists are repeated parameters; `checklistKey` is required.

    Raises:
        WrongUsage: a parameter or facet that GBIF would silently ignore, no checklist, or a key that is no text.
        SourceUnavailable: no usable answer.
    """
    for name in params.keys() - SEARCH_PARAMETERS:
        raise WrongUsage(
            f"{name!r} is no known parameter of GBIF's occurrence search, which would ignore it; correct it."
        )
    for name in set(_listed(params.get("facet"))) - FACETS:
        raise WrongUsage(f"{name!r} is no known facet of GBIF's occurrence search, which would ignore it; correct it.")
    if not params.get("checklistKey"):
        raise WrongUsage("GBIF keys mean nothing without a checklist; pass checklistKey.")
    for name in params.keys() & {"taxonKey", *RANK_KEYS}:
        if not all(isinstance(key, str) for key in _listed(params[name])):
            raise WrongUsage(f"{name} is {params[name]!r}; pass GBIF keys as text.")
    pygbif = _pygbif()
    with speaking_through(fetch):
        return dict(pygbif.occurrences.search(**params))


def name_match(fetch: Fetch, name: str, rank: str, checklist_key: str, kingdom: str | None = None) -> dict[str, Any]:
    """The answer of `/v2/species/match` through `pygbif.species.name_backbone`.

    Args:
        fetch: how the request is sent.
        name: scientific name without author.
        rank: its rank, such as CLASS.
        checklist_key: GBIF dataset key of the checklist.
        kingdom: tells homonyms apart.

    Raises:
        SourceUnavailable: no usable answer.
    """
    pygbif = _pygbif()
    with speaking_through(fetch):
        return dict(
            pygbif.species.name_backbone(
                scientificName=name, taxonRank=rank, kingdom=kingdom, checklistKey=checklist_key
            )
        )


def literature_search(fetch: Fetch, **params: Any) -> dict[str, Any]:
    """The answer of `/v1/literature/search` through `pygbif.literature.search`.

    Args:
        fetch: how the request is sent.
        params: GBIF's own parameter names; lists are repeated parameters.

    Raises:
        WrongUsage: a parameter or facet that GBIF would silently ignore.
        SourceUnavailable: no usable answer.
    """
    return _search_list(fetch, "literature search", LITERATURE_PARAMETERS, lambda: _pygbif().literature.search, params)


def dataset_search(fetch: Fetch, **params: Any) -> dict[str, Any]:
    """The answer of `/v1/dataset/search` through `pygbif.registry.dataset_search`.

    Args:
        fetch: how the request is sent.
        params: GBIF's own parameter names; lists are repeated parameters.

    Raises:
        WrongUsage: a parameter or facet that GBIF would silently ignore.
        SourceUnavailable: no usable answer.
    """
    return _search_list(fetch, "data set search", DATASET_PARAMETERS, lambda: _pygbif().registry.dataset_search, params)


def _search_list(
    fetch: Fetch, label: str, allowed: frozenset[str], search: Callable[[], Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    for name in params.keys() - allowed:
        raise WrongUsage(f"{name!r} is no known parameter of GBIF's {label}, which would ignore it; correct it.")
    for name in set(_listed(params.get("facet"))) - allowed:
        raise WrongUsage(f"{name!r} is no known facet of GBIF's {label}, which would ignore it; correct it.")
    with speaking_through(fetch):
        return dict(search()(**params))


@contextmanager
def speaking_through(fetch: Fetch) -> Iterator[None]:
    """Let this thread's pygbif calls inside the block go through `fetch`; undone when the last thread leaves.

    Threads do not wait for each other: one may replay a country from landing while another waits for GBIF.
    """
    utils = _pygbif().gbifutils
    token = _FETCH.set(fetch)
    with _LOCK:
        _INSIDE.append(fetch)
        utils.requests = _TRANSPORT
    try:
        yield
    finally:
        with _LOCK:
            _INSIDE.pop()
            if not _INSIDE:
                utils.requests = requests
        _FETCH.reset(token)


class _Transport:
    """Stand-in for the requests package in pygbif; inside `speaking_through` it only sends GET and no credentials."""

    __version__ = requests.__version__

    def __getattr__(self, name: str) -> Any:
        """Attribute of `requests`, for threads outside `speaking_through`."""
        if _FETCH.get() is not None:
            raise AttributeError(f"pygbif may only get, not {name}")
        return getattr(requests, name)

    def get(self, url: str, params: Mapping[str, Any] | None = None, **options: Any) -> requests.Response:
        """Answer of `fetch` to the same request."""
        fetch = _FETCH.get()
        if fetch is None:
            return requests.get(url, params=params, **options)  # noqa: S113  (the caller's own choice)
        if not url.startswith(f"{GBIF_API}/"):
            raise SourceUnavailable(
                f"pygbif wants to ask {url}, which is not {GBIF_API}; pin pygbif to the locked version."
            )
        query = {name: value for name, value in (params or {}).items() if value is not None}
        payload = fetch(Request.get("gbif", url.removeprefix(GBIF_API), query))
        kind = payload.content_type.partition(";")[0].strip().lower()
        if kind != "application/json":
            start = payload.body[:100].decode("utf-8", "replace")
            raise SourceUnavailable(
                f"gbif answered {kind or 'without a type'} instead of JSON ({start!r}); try again later."
            )
        record(payload.json(), f"GBIF answer to {url.removeprefix(GBIF_API)}", (), None)
        response = requests.Response()
        response.status_code = payload.status
        response.headers["content-type"] = kind
        response.raw = io.BytesIO(payload.body)
        return response


_TRANSPORT = _Transport()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


@functools.cache
def _pygbif() -> ModuleType:
    """pygbif, imported without its handler on the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        return importlib.import_module("pygbif")
    finally:
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)
        root.setLevel(level)
