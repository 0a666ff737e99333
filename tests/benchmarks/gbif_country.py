"""How long a country of 8,000 species takes from GBIF, as a ratio to the time that politeness alone demands.

    python tests/benchmarks/gbif_country.py [--interval 0.1] [--json]

The peer is the pace itself: requests times the interval between them. To reach: at most 100 requests and a ratio of 1.1.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ness_pipeline.landing.http import Session
from ness_pipeline.landing.request import Payload, Request
from ness_pipeline.landing.units import WORLD, Unit
from ness_pipeline.landing.zone import Landing
from ness_pipeline.names.years import Years
from ness_pipeline.sandbox import World, serve
from ness_pipeline.settings import Settings
from ness_pipeline.sources import sources
from ness_pipeline.sources.extract import context_of

YEARS = Years(2000, 2025)


def measure(interval_s: float) -> dict[str, float]:
    """Requests, seconds and ratio of one country read over HTTP on loopback."""
    world = World(species=18_000, richest_share=0.4445, countries=("KE", "NO"))
    with serve(world) as sandbox, TemporaryDirectory() as folder:
        settings = Settings(_env_file=None).for_sandbox(sandbox.url)
        landing = Landing(str(Path(folder)))
        taxonomy, country = sources()["gbif_taxonomy"], sources()["gbif_country"]
        with Session(settings) as session:
            extraction = landing.start(Unit(taxonomy.name, WORLD, YEARS), {}, _now())
            for _ in taxonomy.read(
                extraction.unit, extraction.fetch_through(session.send), context_of(landing, settings)
            ):
                pass
            extraction.complete(None, _now())
        paced = settings.model_copy(update={"gbif_rate": 1 / interval_s})
        requests = 0

        def counting(request: Request) -> Payload:
            nonlocal requests
            requests += 1
            return session.send(request)

        with Session(paced) as session:
            started = time.perf_counter()
            batches = list(country.read(Unit(country.name, "KE", YEARS), counting, context_of(landing, settings)))
            seconds = time.perf_counter() - started
    species = next(batch.frame.height for batch in batches if batch.table == "country_species")
    return {
        "species": species,
        "requests": requests,
        "interval_s": interval_s,
        "seconds": round(seconds, 3),
        "ratio": round(seconds / (requests * interval_s), 3),
    }


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interval", type=float, default=0.2, help="seconds between requests (live: 1)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.interval)
    if options.json:
        json.dump(found, sys.stdout)
        return
    for name, value in found.items():
        print(f"{name:<12} {value:>10,}")


if __name__ == "__main__":
    main()
