"""The true rows of `metrics.monitoring_effort`: GBIF's facets give no cells, so there is neither SSII nor SSEI."""

from __future__ import annotations

from truth import Row, Truth

CELLS = (
    "expected_species_cells", "recorded_species_cells", "expected_source", "ssii", "steward_ssii", "steward_species", "share_method",
    "steward_basis", "spread_species", "ssei",
    "ssei_expected",
)  # fmt: skip


def rows(truth: Truth) -> list[Row]:
    """One row per country, group and year with records, and one over all years."""
    histories: dict[tuple[str, str], dict[int, Row]] = {}
    for row in truth.rows("species_turnover"):
        histories.setdefault((row["country_code"], row["taxon_group"]), {})[row["year"]] = row
    units = {(row["country_code"], row["taxon_group"], row["year"]): row for row in truth.rows("species_occupancy")}
    data_sets = {truth.world.countries[place]: len(some) for place, some in truth.data_sets.items()}
    found = []
    for row in truth.rows("species_diversity"):
        country, group, year = (row[name] for name in ("country_code", "taxon_group", "year"))
        history = histories[country, group]
        latest = history[max(history) if year is None else year]
        unit = units[country, group, year]
        chao2 = unit["chao2_richness"]
        not_known = "all_years_only" if group == "all" else "roll_up_only"
        is_whole = group == "all" and year is None
        why = {
            "reason": row["reason"],
            "datasets_reason": None if is_whole else not_known,
            "completeness_reason": row["estimate_reason"],
            "unit_completeness_reason": unit["reason"],
            "ssii_reason": "no_grid",
            "steward_reason": "no_grid",
            "ssei_reason": "no_grid",
        }
        found.append({
            "country_code": country,
            "taxon_group": group,
            "year": year,
            "recorded_occurrences": row["occurrences"],
            "recorded_species": row["observed_richness"],
            "datasets": data_sets[country] if is_whole else None,
            "latest_record_year": latest["year"],
            "recent_species_share": latest["recent_richness"] / latest["cumulative_richness"],
            "record_coverage_share": row["sample_coverage_share"],
            "completeness_share": row["observed_richness"] / row["chao1_inext_richness"],
            "sampling_units": unit["sampling_units"],
            "unit_completeness_share": None if chao2 is None else row["observed_richness"] / chao2,
            "expected_species": history[max(history)]["cumulative_richness"],
            **dict.fromkeys(CELLS),
            **why,
            **{name.replace("reason", "reportable"): reason is None for name, reason in why.items()},
        })  # fmt: skip
    return found
