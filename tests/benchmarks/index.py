"""What the index costs: the world against one country, and draws in arrays against the same draws in plain Python.

    python tests/benchmarks/index.py [--countries 50] [--json]

The peers are a hand-written loop over the same draws and the same run for one country. To reach: arrays at least 10
times faster than the loop, and one country within twice its share of the world.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from ness_pipeline.index.definition import Definition
from ness_pipeline.index.reading import published_definition
from ness_pipeline.index.uncertainty import draw_key, draw_scores, uniforms

YEARS = list(range(2000, 2026))
BEYOND = statistics.NormalDist().inv_cdf(0.975)


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def by_arrays(definition: Definition, country: str, values: np.ndarray) -> None:
    """Draws of every year of one country as the project makes them."""
    ok = np.ones((len(values), len(definition.pillars)), dtype=bool), np.ones((len(values), 2), dtype=bool)
    draw_scores(definition, country, YEARS[: len(values)], values, (values * 0.95, values * 1.05), *ok)


def by_hand(definition: Definition, country: str, year: int, values: list[float]) -> None:
    """The same draws of one year in a loop, from the same uniform numbers."""
    measures, pillars = definition.measures, list(definition.pillars.values())
    rows = 3 * len(measures) + len(pillars) + 2
    drawn = uniforms(draw_key(definition.uncertainty.seed, country, year), rows, definition.uncertainty.draws)
    count = len(measures)
    for draw in drawn.T.tolist():
        place, halves = 0, []
        for half in definition.half.values():
            total = weight_of_pillars = 0.0
            for pillar in half.pillar.values():
                summed = weight = 0.0
                for measure in pillar.measure:
                    normal = math.sqrt(-2 * math.log(1 - draw[place])) * math.cos(2 * math.pi * draw[count + place])
                    value = values[place] * (1 + 0.05 * normal / BEYOND)
                    score = min(1.0, max(0.0, (value - measure.worst) / (measure.best - measure.worst)))
                    own = 0.75 + 0.5 * draw[2 * count + place]
                    summed, weight, place = summed + own * score, weight + own, place + 1
                own = 0.75 + 0.5 * draw[3 * count + len(halves)]
                total, weight_of_pillars = total + own * summed / weight, weight_of_pillars + own
            halves.append(total / weight_of_pillars)
        _ = math.sqrt(halves[0] * halves[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--countries", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    definition = published_definition()
    share = uniforms("benchmark", len(YEARS), len(definition.measures))
    worst, best = (np.array([getattr(m, side) for m in definition.measures]) for side in ("worst", "best"))
    values = worst + share * (best - worst)
    codes = [chr(65 + n // 26) + chr(65 + n % 26) for n in range(arguments.countries)]
    by_arrays(definition, "ZZ", values)
    world = seconds(lambda: [by_arrays(definition, code, values) for code in codes])
    one = seconds(lambda: by_arrays(definition, codes[0], values))
    loop = seconds(lambda: by_hand(definition, "KE", 2020, values[-1].tolist()))
    row = world / (len(codes) * len(YEARS))
    result = {
        "country_years": len(codes) * len(YEARS),
        "draws": definition.uncertainty.draws,
        "ms_per_country_year": 1000 * row,
        "loop_to_arrays": loop / row,
        "one_country_to_its_share": one / (world / len(codes)),
    }
    if arguments.json:
        sys.stdout.write(json.dumps(result) + "\n")
        return
    for name, value in result.items():
        sys.stdout.write(f"{name:<28}{value:>12,.2f}\n")


if __name__ == "__main__":
    main()
