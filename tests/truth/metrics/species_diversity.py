"""The true rows of `metrics.species_diversity`."""

from __future__ import annotations

import math
from collections import defaultdict

from truth import Row, Truth, estimators

FEWEST_RECORDS, FEWEST_SPECIES, COVERAGE = 20, 3, 0.95
ES = 50


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year with records, and one over all years."""
    seen: dict[tuple[int, str, int | None], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (country, taxon, year), count in truth.accepted.items():
        for group in truth.counted_in(taxon):
            for when in (year, None):
                seen[country, group, when][taxon] += count
    return [
        {"country_code": truth.world.countries[country], "taxon_group": group, "year": year}
        | diversity(list(counts.values()))
        | {"abundance_rarity": math.fsum(
            sum(seen[country, group, None].values()) / seen[country, group, None][taxon] for taxon in counts
        )}
        for (country, group, year), counts in seen.items()
    ]  # fmt: skip


def in_order(hill_1: float | None, hill_2: float | None) -> tuple[float | None, float | None, str | None]:
    """Two Hill numbers, or neither and why: there are never fewer common species than dominant ones."""
    if hill_1 is not None and hill_2 is not None and hill_1 < hill_2 * (1 - 1e-12):
        return None, None, "out_of_order"
    return hill_1, hill_2, None


def diversity(x: list[int]) -> Row:
    """What the records of each species say of one group and year."""
    n, s = sum(x), len(x)
    reason = "too_few_records" if n < FEWEST_RECORDS else None
    singletons = "all_singletons" if x.count(1) == n else None
    corrected = estimators.chao_bounds(x, n, is_bias_corrected=True)
    lower, upper = estimators.chao_bounds(x, n)
    richness, hill_1, hill_2, size = estimators.standardised(x, n, COVERAGE) if reason is None else [None] * 4
    pairs = sum(c * (c - 1) for c in x)
    endless = [math.exp(estimators.asymptotic_entropy(x, n)), n * (n - 1) / pairs] if pairs else []
    if not pairs and n > 1:
        endless = [math.exp(estimators.asymptotic_entropy(x, n)), None]
    endless_1, endless_2, endless_reason = in_order(*(endless or [None, None]))
    hill_1, hill_2, order_reason = in_order(hill_1, hill_2)
    why = {
        "reason": reason,
        "estimate_reason": reason or singletons,
        "es50_reason": reason or ("too_few_records" if n < ES else None),
        "evenness_reason": reason or ("too_few_species" if s < FEWEST_SPECIES else None),
        "standardised_reason": reason or ("coverage_too_low" if richness is None else None),
        "standardised_hill_reason": reason or ("coverage_too_low" if richness is None else order_reason),
        "hill_asymptotic_reason": reason or singletons or endless_reason,
    }
    return {
        "occurrences": n,
        "singletons": x.count(1),
        "doubletons": x.count(2),
        "observed_richness": s,
        "chao1_inext_richness": estimators.chao(x, n),
        "chao1_inext_richness_lower": lower,
        "chao1_inext_richness_upper": upper,
        "chao1_bias_corrected_richness": estimators.chao(x, n, is_bias_corrected=True),
        "chao1_bias_corrected_richness_lower": corrected[0],
        "chao1_bias_corrected_richness_upper": corrected[1],
        "sample_coverage_share": estimators.coverage(x, n),
        "hill_1": math.exp(estimators.entropy(x)),
        "hill_1_asymptotic": endless_1,
        "hill_2": n * n / sum(c * c for c in x),
        "hill_2_asymptotic": endless_2,
        "es50_richness": estimators.expected_species(x, ES),
        "pielou_evenness": estimators.entropy(x) / math.log(s) if s > 1 else None,
        "williams_evenness": 1 - math.sqrt(max(0, s * sum(c * c for c in x) - n * n) / (s - 1)) / n if s > 1 else None,
        "standardised_richness": richness,
        "standardised_hill_1": hill_1,
        "standardised_hill_2": hill_2,
        "standardised_records": size,
        **why,
        **{name.replace("reason", "reportable"): reason is None for name, reason in why.items()},
    }
