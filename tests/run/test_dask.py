"""Extraction on a Dask cluster: the same warehouse as with threads, over a landing zone that all workers share."""

from __future__ import annotations

import pytest
from running import run_refresh, sandbox_settings

from ness_pipeline.errors import WrongUsage
from ness_pipeline.landing.zone import Landing
from ness_pipeline.paths import Paths
from ness_pipeline.run import extractors
from ness_pipeline.run.dask_workers import on_dask
from ness_pipeline.settings import Settings

HERE, THERE = "secret-here", "secret-there"
KEYLESS = ["cbd", "gbif_country", "gbif_taxonomy", "iso_countries", "seeds", "worldbank"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # distributed is not as strict with its own sockets and loops as we are
def test_dask_extracts_what_threads_extract(sandbox, tmp_path, monkeypatch):
    """Two worker processes land every unit where this process finds it; the warehouse is the same, and no server is needed."""
    hashes, extracted = [], []
    for number, dask in enumerate((None, "local:2")):
        home = tmp_path / str(number)
        if dask is not None:  # then this process asks no publisher at all
            monkeypatch.setattr(extractors, "Session", None)
        summary = run_refresh(home, sandbox.url, ["KE", "ML"], only=KEYLESS, settings={"dask": dask})
        assert summary.gaps == []
        hashes.append(summary.content_hash)
        landing = Landing(Paths.of(sandbox_settings(home, sandbox.url)).landing)
        extracted.append(sorted(landing.units()))
    assert hashes[0] == hashes[1]
    assert extracted[0] == extracted[1]
    assert ("gbif_country", "ML") in extracted[1]


@pytest.mark.parametrize("where", ["somewhere", "local:0", "local:many", "tcp://"])
def test_unreadable_setting_is_refused(where):
    """A value of NESS_DASK that means nothing is refused with what may be written."""
    settings = Settings(_env_file=None)
    with pytest.raises(WrongUsage, match="write local, local:2 or an address"), on_dask(where, settings):
        pass


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_scheduler_that_does_not_answer_is_named():
    """An address where no scheduler listens is named, with what to do."""
    settings = Settings(_env_file=None)
    with (
        pytest.raises(WrongUsage, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"),
        on_dask("tcp://127.0.0.1:9", settings),
    ):
        pass


def test_workers_get_no_secrets():
    """What is sent to a worker has no token, password or user; the worker adds its own."""
    here = Settings(_env_file=None, GBIF_USER="me", contact="a@b.org", iucn_token=HERE, GBIF_PWD=HERE)
    there = Settings(_env_file=None, iucn_token=THERE)
    public = here.public()
    assert HERE not in repr(public)
    assert not {"iucn_token", "gbif_password", "gbif_user"} & public.keys()
    merged = there.with_public(public)
    assert merged.secrets() == [THERE]
    assert merged.contact == "a@b.org"
