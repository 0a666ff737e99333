"""Extraction on a Dask cluster: the same warehouse as with threads, over a landing zone that all workers share."""

from __future__ import annotations

import pytest

from ness_pipeline.errors import WrongUsage
from ness_pipeline.flows import tasks
from ness_pipeline.flows.refresh_countries import refresh_countries
from ness_pipeline.flows.workers import extractors
from ness_pipeline.landing.zone import Landing
from ness_pipeline.paths import Paths
from ness_pipeline.settings import Settings, load_settings

KEYLESS = ["cbd", "gbif_country", "gbif_taxonomy", "iso_countries", "seeds", "worldbank"]


@pytest.mark.filterwarnings("ignore")  # distributed is not as strict with its own sockets and loops as we are
def test_dask_extracts_what_threads_extract(sandbox, tmp_path, monkeypatch):
    """Two worker processes land every unit where this process finds it; the warehouse is the same to the last digit."""
    hashes, extracted = [], []
    for number, dask in enumerate((None, "local:2")):
        monkeypatch.setenv("NESS_HOME", str(tmp_path / str(number)))
        if dask:
            monkeypatch.setenv("NESS_DASK", dask)
        tasks.session_for.cache_clear()
        summary = refresh_countries(["KE", "ML"], sources=KEYLESS, sandbox_url=sandbox.url)
        assert summary.gaps == []
        hashes.append(summary.content_hash)
        paths = Paths.of(load_settings().for_sandbox(sandbox.url))
        extracted.append(sorted(Landing(paths.landing).units()))
        # With Dask this process has asked no publisher at all.
        assert tasks.session_for.cache_info().currsize == (0 if dask else 1)
    assert hashes[0] == hashes[1]
    assert extracted[0] == extracted[1]
    assert ("gbif_country", "ML") in extracted[1]


@pytest.mark.parametrize("where", ["somewhere", "local:0", "local:many", "tcp://"])
def test_unreadable_setting_is_refused(where):
    """A value of NESS_DASK that means nothing is refused with what may be written."""
    settings = Settings(_env_file=None, dask=where)
    with pytest.raises(WrongUsage, match="write local, local:2 or an address"), extractors(settings):
        pass


@pytest.mark.filterwarnings("ignore")
def test_scheduler_that_does_not_answer_is_named():
    """An address where no scheduler listens is named, with what to do."""
    settings = Settings(_env_file=None, dask="tcp://127.0.0.1:9")
    with pytest.raises(WrongUsage, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"), extractors(settings):
        pass
