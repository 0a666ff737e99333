"""A fetch that answers from `tests/payloads`, for sources under test."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from ness_pipeline.contract.batch import Batch
from ness_pipeline.landing.request import Fetch, Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.names.years import Years
from ness_pipeline.settings import Settings
from ness_pipeline.sources import Context, Source
from ness_pipeline.sources.extract import understood
from ness_pipeline.sources.fields import _note_new_field

PAYLOADS = Path(__file__).parent / "payloads"
FETCHED_AT = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)


def replies(answers: Mapping[str, object]) -> Fetch:
    """A fetch that knows some requests.

    Args:
        answers: path, optionally with `?` and parameters that the request must have among others, to a file below
            `tests/payloads` or to the parsed body itself; the entry with most parameters wins.
    """
    _note_new_field.cache_clear()

    def fetch(request: Request) -> Payload:
        fitting = [wanted for wanted in answers if _fits(wanted, request)]
        assert fitting, f"unexpected request {request.target}"
        answer = answers[max(fitting, key=len)]
        body = (PAYLOADS / answer).read_bytes() if isinstance(answer, str) else json.dumps(answer).encode()
        return Payload(request, request.target, 200, "application/json", body, FETCHED_AT)

    return fetch


def _fits(wanted: str, request: Request) -> bool:
    path, _, query = wanted.partition("?")
    return path == request.path and set(parse_qsl(query)) <= set(request.params)


def read(source: Source, fetch: Fetch, key: str = "world", years: str = "1990:2030"):
    """All batches of one unit, as the loader gets them."""
    context = Context(Settings(_env_file=None), lambda _: fetch)
    unit = Unit(source.name, key, Years.parse(years))
    return list(understood(unit, source.read(unit, fetch, context)))


def lost(batches: Iterable[Batch]) -> dict[str, str]:
    """What was lost, with the reasons."""
    return {one.what: one.why for batch in batches for one in batch.lost}
