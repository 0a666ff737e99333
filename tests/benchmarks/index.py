"""What the index costs: the world against one country, and draws in arrays against the same draws in plain Python.

    python tests/benchmarks/index.py [--countries 50] [--json]

The peers are a hand-written loop over the same draws and the same run for one country. To reach: arrays at least 10
times faster than the loop, and one country within twice its share of the world.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from truth.index_arithmetic import halves_and_index
from truth.metrics.eco_security_index import every_choice

from ness_pipeline.index.choices import drawn_choices, scores_under
from ness_pipeline.index.definition import Definition
from ness_pipeline.index.reading import published_definition

YEARS = list(range(2000, 2026))


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def by_arrays(definition: Definition, values: np.ndarray) -> None:
    """Every year of one country under all drawn choices, as the project computes it."""
    scores_under(definition, drawn_choices(definition), values, np.ones(values.shape, dtype=bool))


def by_hand(definition: Definition, values: list[float]) -> None:
    """One year under the same choices in plain Python."""
    rows = [{"value": value, "reason": None} for value in values]
    for choice in every_choice():
        halves_and_index(definition, rows, choice)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--countries", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    definition = published_definition()
    share = np.random.default_rng(7).random((len(YEARS), len(definition.measures)))
    worst, best = (np.array([getattr(m, side) for m in definition.measures]) for side in ("worst", "best"))
    values = worst + share * (best - worst)
    by_arrays(definition, values)
    world = seconds(lambda: [by_arrays(definition, values) for _ in range(arguments.countries)])
    one = seconds(lambda: by_arrays(definition, values))
    loop = seconds(lambda: by_hand(definition, values[-1].tolist()))
    row = world / (arguments.countries * len(YEARS))
    result = {
        "country_years": arguments.countries * len(YEARS),
        "draws": definition.choices.draws,
        "ms_per_country_year": 1000 * row,
        "loop_to_arrays": loop / row,
        "one_country_to_its_share": one / (world / arguments.countries),
    }
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    for name, value in result.items():
        sys.stdout.write(f"{name:<28}{value:>12,.2f}\n")


if __name__ == "__main__":
    main()
