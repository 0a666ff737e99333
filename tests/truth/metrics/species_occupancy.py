"""The true rows of `metrics.species_occupancy`: GBIF's facets give no cells, so the units are the years."""

from __future__ import annotations

from collections import Counter, defaultdict

from truth import Row, Truth, estimators
from truth.metrics.species_diversity import in_order

FEWEST_UNITS, FEWEST_INCIDENCES, COVERAGE = 3, 20, 0.95


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year with records, and one over all years."""
    seen: dict[tuple[int, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for country, taxon, year in truth.accepted:
        for group in truth.counted_in(taxon):
            seen[country, group][year].add(taxon)
    found: list[Row] = []
    for (country, group), years in seen.items():
        key: Row = {"country_code": truth.world.countries[country], "taxon_group": group}
        found += [key | {"year": year} | incidence([1] * len(taxa), 1) for year, taxa in years.items()]
        of_species = Counter(taxon for taxa in years.values() for taxon in taxa)
        found.append(key | {"year": None} | incidence(list(of_species.values()), len(years)))
    return found


def incidence(y: list[int], units: int) -> Row:
    """What the number of units of each species says."""
    total = sum(y)
    base = None
    if units < FEWEST_UNITS:
        base = "too_few_cells"
    elif total < FEWEST_INCIDENCES:
        base = "too_few_records"
    lower, upper = estimators.chao_bounds(y, units) if units > 1 else (None, None)
    richness, hill_1, hill_2, size = estimators.standardised(y, units, COVERAGE) if base is None else [None] * 4
    hill_1, hill_2, order_reason = in_order(hill_1, hill_2)
    reason = base or ("all_singletons" if y.count(1) == total else None)
    standardised_reason = base or ("coverage_too_low" if richness is None else None)
    return {
        "grid": None,
        "sampling_units": units,
        "incidences": total,
        "species_recorded": len(y),
        "unique_species": y.count(1),
        "duplicate_species": y.count(2),
        "chao2_richness": estimators.chao(y, units) if units > 1 else None,
        "chao2_richness_lower": lower,
        "chao2_richness_upper": upper,
        "unit_coverage_share": estimators.coverage(y, units),
        "unit_standardised_richness": richness,
        "unit_standardised_hill_1": hill_1,
        "unit_standardised_hill_2": hill_2,
        "standardised_units": size,
        "occupied_cells": None,
        "ever_occupied_cells": None,
        "occupied_cell_share": None,
        "mean_occupancy_share": None,
        "area_rarity": None,
        "reportable": reason is None,
        "reason": reason,
        "standardised_reportable": standardised_reason is None,
        "standardised_reason": standardised_reason,
        "standardised_hill_reportable": (standardised_reason or order_reason) is None,
        "standardised_hill_reason": standardised_reason or order_reason,
        "cell_reportable": False,
        "cell_reason": "no_grid",
    }
