"""What lands is asked for once, also by units that share an answer and after damage."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ness_pipeline.errors import AnswerBroken, PublisherAway, SourceUnavailable
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.landing.units import Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SHARED = Request("iucn", "/taxa", shared="2026-1")


def test_an_answer_that_units_share_is_asked_for_once_and_once_more_after_damage(tmp_path: Path) -> None:
    """The publisher's second answer differs from the damaged one, and is then shared in its place."""
    landing = Landing(str(tmp_path))
    bodies = [b"[1]", b"[2]"]
    asked: list[Request] = []

    def send(request: Request) -> Payload:
        asked.append(request)
        return Payload(request, "", 200, "application/json", bodies[len(asked) - 1], NOW)

    def fetched(country: str) -> bytes:
        extraction = landing.start(Unit("iucn", country, Years(2000, 2001)), {}, NOW)
        return extraction.fetch_through(send)(SHARED).body

    assert [fetched("KE"), fetched("UG")] == [b"[1]", b"[1]"]
    (body,) = (tmp_path / "payloads").rglob("*.zst")
    body.write_bytes(b"damaged")
    assert [fetched("TZ"), fetched("RW"), fetched("BI")] == [b"[2]"] * 3
    assert asked == [SHARED] * 2


def test_why_a_request_has_no_answer_is_landed(tmp_path: Path) -> None:
    """A reading from landing alone gives the reason of the first one, until there is an answer; damage is told as damage."""
    extraction = Landing(str(tmp_path)).start(Unit("iucn", "KE", Years(2000, 2001)), {}, NOW)
    request = Request("iucn", "/gone")

    def refuse(_: Request) -> Payload:
        raise SourceUnavailable("iucn answered 404 to /gone: 'No such'; report it.")

    with pytest.raises(SourceUnavailable, match="missing or damaged in landing"):  # as in landings of earlier versions
        extraction.replay()(request)
    with pytest.raises(SourceUnavailable, match="404"):
        extraction.fetch_through(refuse)(request)
    with pytest.raises(SourceUnavailable, match=r"^iucn answered 404 to /gone: 'No such'; report it\.$"):
        extraction.replay()(request)
    extraction.fetch_through(lambda _: Payload(request, "", 200, "application/json", b"[1]", NOW))(request)
    assert extraction.replay()(request).body == b"[1]"
    (body,) = (tmp_path / "payloads").rglob("*.zst")
    body.write_bytes(b"damaged")
    with pytest.raises(SourceUnavailable, match="missing or damaged in landing"):
        extraction.replay()(request)


def test_what_failed_before_is_not_counted_again(tmp_path: Path) -> None:
    """Two requests that fail in a row mean that the publisher is away, unless they are the ones of the first try."""
    extraction = Landing(str(tmp_path)).start(Unit("iucn", "KE", Years(2000, 2001)), {}, NOW)

    def send(request: Request) -> Payload:
        if request.path not in broken:
            broken_in_a_row.clear()
            return Payload(request, "", 200, "application/json", b"[1]", NOW)
        broken_in_a_row.add(request.path)
        raise AnswerBroken("500", len(broken_in_a_row))

    def read(paths: str) -> list[type[Exception]]:
        fetch, failed = extraction.fetch_through(send), []
        broken_in_a_row.clear()
        for path in paths:
            try:
                fetch(Request("iucn", path))
            except SourceUnavailable as error:
                failed.append(type(error))
        return failed

    broken, broken_in_a_row = {"a", "c"}, set[str]()
    assert read("abc") == [AnswerBroken, AnswerBroken]
    assert read("abc") == [AnswerBroken, AnswerBroken]
    broken = {"a", "c", "d", "e"}
    assert read("abcde") == [AnswerBroken, AnswerBroken, PublisherAway, PublisherAway]
