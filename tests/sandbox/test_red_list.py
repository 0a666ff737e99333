"""The sandbox's Red List speaks as the real one does: token, pages, both shapes of summaries, JSON errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ness_pipeline.sandbox import Sandbox, World, serve

TOKEN = {"Authorization": "sandbox"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with a list of more than one page."""
    with serve(World(countries=("BR", "KE"))) as running:
        yield running


def get(sandbox: Sandbox, path: str, **params: Any) -> requests.Response:
    """An answer of the Red List."""
    return requests.get(f"{sandbox.url}/iucn/v4/{path}", params=params, headers=TOKEN, timeout=20)


def test_pages_hold_a_hundred_and_end_empty(sandbox: Sandbox) -> None:
    """A page holds 100 assessments, headers say where it stands, and past the end is an empty success."""
    first = get(sandbox, "countries/BR")
    pages, total = int(first.headers["total-pages"]), int(first.headers["total-count"])
    assert len(first.json()["assessments"]) == 100
    assert (first.headers["current-page"], first.headers["page-items"]) == ("1", "100")
    seen = {one["assessment_id"] for page in range(1, pages + 1) for one in get(sandbox, "countries/BR", page=page).json()["assessments"]}  # fmt: skip
    assert len(seen) == total > 100
    past = get(sandbox, "countries/BR", page=pages + 1)
    assert (past.status_code, past.json()["assessments"], past.headers["total-count"]) == (200, [], str(total))


def test_filters_are_echoed_and_narrow(sandbox: Sandbox) -> None:
    """Filters narrow the list and come back as text; regional assessments are there without them."""
    everything = int(get(sandbox, "countries/BR").headers["total-count"])
    latest = get(sandbox, "countries/BR", latest="true", scope_code="1")
    assert latest.json()["filters"] == {"latest": "true", "scope_code": "1"}
    assert int(latest.headers["total-count"]) < everything
    regional = get(sandbox, "countries/BR", scope_code="2").json()["assessments"]
    assert {one["scopes"][0]["code"] for one in regional} == {"2"}


def test_summaries_have_both_shapes(sandbox: Sandbox) -> None:
    """Some summaries have a category, as since 2025, and some have none, as before."""
    shapes = {"red_list_category_code" in one for one in get(sandbox, "countries/BR").json()["assessments"]}
    assert shapes == {True, False}


def test_refusals_are_json(sandbox: Sandbox) -> None:
    """Without the token 401, unknown things 404, each with a JSON body that names the error."""
    refused = requests.get(f"{sandbox.url}/iucn/v4/countries/BR", timeout=20)
    assert (refused.status_code, refused.json()) == (401, {"error": "Unauthorized"})
    assert get(sandbox, "countries/XX").json() == {"error": "Not found"}
    gone = get(sandbox, "assessment/5")
    assert (gone.status_code, gone.json()) == (404, {"error": "Assessment ID 5 not found"})


def test_list_is_as_real_ones_are(sandbox: Sandbox) -> None:
    """The world has possibly extinct and endemic species, old codes, subspecies, and species that left the list."""
    world = sandbox.world
    assert world is not None
    taxa = list(world.red_list.taxa.values())
    every = [one for taxon in taxa for one in taxon.assessments]
    assert any(one.possibly_extinct for one in every)
    assert any(one.in_the_wild for one in every)
    assert {"LR/lc", "LR/nt", "V"} <= {one.code for one in every}
    assert any(place.is_endemic for taxon in taxa for place in taxon.places)
    assert any(taxon.infra_name for taxon in taxa)
    assert any(taxon.latest is None for taxon in taxa)
    assert any(taxon.taxon is None and taxon.infra_name is None for taxon in taxa)
    assert any(taxon.threats for taxon in taxa)
