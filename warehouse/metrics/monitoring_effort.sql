-- How well the species of each group are monitored in a country, per year and over all years (year NULL).
--   recorded_occurrences, species, latest_record_year
--   datasets = GBIF data sets with a record in the country, as core.dataset_count states them: for all groups and years
--   together only; those of GBIF count where the country's records come from GBIF, those of own files with own records
--   recent_species_share = of the species recorded so far, those recorded in the last ten years
--   completeness_share = species observed / Chao1 (as in iNEXT); unit_completeness_share = species observed / Chao2
--   ssii = mean over the species expected of (cells with a record in the year / cells expected)
--   steward_ssii = the same weighted by the country's share of each species' world range
--   ssei = mean over the species of H / ln K, with H = - sum p ln p over the records of the species in K cells with
--   records; a species needs two cells. ssei_expected takes as K the cells expected.
-- Without range maps, expected are the cells in which the species was ever recorded; `expected_source` says so. Over all
-- years the two are the same, so that SSII has no meaning there.
-- Nothing is reportable where the species keys that a number counts are from more than one checklist: those up to the year
-- for the recent species, those of all years for SSII.
-- Source: Oliver et al. 2021, PLoS Biology 19: e3001336 (SSII, SSEI); Chao 1984, 1987; thresholds of dubicube.
WITH species_year AS (
    SELECT
        country_code,
        species_key,
        year,
        list(occurrences) AS x,
        CAST(sum(occurrences) AS BIGINT) AS n
    FROM core.occurrence_cube
    GROUP BY country_code, species_key, year
),

species_cell AS (
    SELECT
        country_code,
        species_key,
        CAST(sum(occurrences) AS BIGINT) AS occurrences,
        min(coalesce(grid, '')) AS grid,
        bool_and(starts_with(source, 'gbif')) AS is_gbif
    FROM core.occurrence_cube
    GROUP BY country_code, species_key, coalesce(cell_code, '')
),

spread AS (
    SELECT
        country_code,
        species_key,
        list(struct_pack(
            year := year,
            cells := len(x),
            entropy := list_sum(list_transform(x, lambda one: -(one / n) * ln(one / n)))
        )) AS years
    FROM species_year
    GROUP BY country_code, species_key
),

expected AS (
    SELECT
        country_code,
        species_key,
        count(*) AS cells,
        list(occurrences) AS x,
        CAST(sum(occurrences) AS BIGINT) AS n,
        min(grid) AS grid,
        bool_and(is_gbif) AS is_gbif
    FROM species_cell
    GROUP BY country_code, species_key
),

-- Put together by a union, so that a run for one country reads that country's rows only, which a join would not.
known AS (
    SELECT
        country_code,
        species_key,
        any_value(years) AS years,
        any_value(cells) AS cells,
        any_value(x) AS x,
        any_value(n) AS n,
        any_value(grid) AS grid,
        any_value(is_gbif) AS is_gbif
    FROM (SELECT * FROM spread UNION ALL BY NAME SELECT * FROM expected)
    GROUP BY country_code, species_key
),

status AS (
    SELECT
        known.country_code,
        standing.taxon_group,
        member.roll_up,
        standing.range_share,
        standing.share_method,
        known.cells AS expected_cells,
        known.grid,
        known.is_gbif,
        unnest(list_append(known.years, struct_pack(
            year := NULL,
            cells := known.cells,
            entropy := list_sum(list_transform(known.x, lambda one: -(one / known.n) * ln(one / known.n)))
        ))) AS seen
    FROM known
    JOIN core.species_status AS standing
        ON known.country_code = standing.country_code AND known.species_key = standing.species_key
    JOIN core.taxon_group AS member ON standing.taxon_group = member.taxon_group
),

-- Each species is in one group, so that these sums add up to those of the roll-ups.
counted AS (
    SELECT
        country_code,
        taxon_group,
        roll_up,
        seen.year AS year,
        count(*) AS species,
        count(range_share) AS shared_species,
        fsum(range_share) AS shares,
        min(share_method) AS first_method,
        max(share_method) AS last_method,
        weakest_basis(range_basis('records', share_method, range_share)) AS basis,
        min(grid) AS first_grid,
        max(grid) AS last_grid,
        bool_and(is_gbif) AS is_gbif,
        sum(seen.cells) AS cells,
        fsum(seen.cells / expected_cells) AS ssii,
        fsum(range_share * seen.cells / expected_cells) AS steward,
        fsum(at_most_one(seen.entropy / ln(seen.cells))) FILTER (seen.cells > 1) AS ssei,
        count(*) FILTER (seen.cells > 1) AS ssei_species,
        fsum(at_most_one(seen.entropy / ln(expected_cells))) FILTER (expected_cells > 1) AS ssei_expected,
        count(*) FILTER (expected_cells > 1) AS ssei_expected_species
    FROM status
    GROUP BY ALL
),

grouped AS (
    SELECT * EXCLUDE (taxon_group, roll_up), unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group FROM counted
),

summed AS (
    SELECT
        country_code,
        taxon_group,
        year,
        sum(species) AS species,
        sum(shared_species) AS shared_species,
        fsum(shares) AS shares,
        min(first_method) AS first_method,
        max(last_method) AS last_method,
        weakest_basis(basis) AS basis,
        min(first_grid) AS first_grid,
        max(last_grid) AS last_grid,
        bool_and(is_gbif) AS is_gbif,
        sum(cells) AS cells,
        fsum(ssii) AS ssii,
        coalesce(fsum(steward), 0) AS steward,
        fsum(ssei) AS ssei,
        sum(ssei_species) AS ssei_species,
        fsum(ssei_expected) AS ssei_expected,
        sum(ssei_expected_species) AS ssei_expected_species
    FROM grouped
    GROUP BY country_code, taxon_group, year
),

-- The row over all years holds every species expected.
followed AS (
    SELECT
        country_code,
        taxon_group,
        year,
        cells,
        ssii,
        steward,
        ssei,
        ssei_species,
        ssei_expected,
        ssei_expected_species,
        max(species) FILTER (year IS NULL) OVER of_group AS expected_species,
        max(shared_species) FILTER (year IS NULL) OVER of_group AS shared_species,
        max(shares) FILTER (year IS NULL) OVER of_group AS shares,
        max(first_method) FILTER (year IS NULL) OVER of_group AS first_method,
        max(last_method) FILTER (year IS NULL) OVER of_group AS last_method,
        max(basis) FILTER (year IS NULL) OVER of_group AS basis,
        max(cells) FILTER (year IS NULL) OVER of_group AS expected_cells,
        max(first_grid) FILTER (year IS NULL) OVER of_group AS first_grid,
        max(last_grid) FILTER (year IS NULL) OVER of_group AS last_grid,
        bool_and(is_gbif) FILTER (year IS NULL) OVER of_group AS is_gbif
    FROM summed
    WINDOW of_group AS (PARTITION BY country_code, taxon_group)
),

-- The row over all years shows how recent the knowledge is in the latest year with records.
recency AS (
    SELECT
        country_code,
        taxon_group,
        year,
        year AS latest_year,
        recent_richness / cumulative_richness AS recent,
        reason = 'mixed_checklists' AS is_mixed
    FROM metrics.species_turnover
    UNION ALL
    SELECT
        country_code,
        taxon_group,
        NULL AS year,
        max(year) AS latest_year,
        arg_max(recent_richness / cumulative_richness, year) AS recent,
        false AS is_mixed
    FROM metrics.species_turnover
    GROUP BY country_code, taxon_group
),

recorded_by AS (
    SELECT DISTINCT country_code, starts_with(source, 'gbif') AS is_gbif FROM core.occurrence_cube
),

contributed AS (
    SELECT stated.country_code, count(*) AS datasets
    FROM core.dataset_count AS stated
    JOIN recorded_by
        ON stated.country_code = recorded_by.country_code AND starts_with(stated.source, 'gbif') = recorded_by.is_gbif
    GROUP BY stated.country_code
),

joined AS (
    SELECT
        followed.country_code,
        followed.taxon_group,
        followed.year,
        diversity.occurrences,
        diversity.observed_richness,
        diversity.chao1_inext_richness,
        diversity.sample_coverage_share,
        coalesce(diversity.reason, CASE WHEN recency.is_mixed THEN 'mixed_checklists' END) AS reason,
        diversity.estimate_reason,
        recency.latest_year,
        recency.recent,
        CASE WHEN followed.taxon_group = 'all' AND followed.year IS NULL THEN contributed.datasets END AS datasets,
        occupancy.chao2_richness,
        occupancy.reason AS unit_reason,
        occupancy.sampling_units,
        followed.* EXCLUDE (country_code, taxon_group, year),
        max(diversity.reason) FILTER (followed.year IS NULL) OVER of_group = 'mixed_checklists' AS is_mixed,
        followed.first_grid = followed.last_grid AND followed.first_grid <> '' AS has_cells,
        CASE
            WHEN followed.first_grid <> followed.last_grid THEN 'mixed_grids'
            WHEN followed.first_grid = '' THEN 'no_grid'
            WHEN diversity.reason IS NOT NULL THEN diversity.reason
            WHEN followed.expected_species < 3 THEN 'too_few_species'
            WHEN followed.expected_cells < 3 THEN 'too_few_cells'
        END AS cell_reason
    FROM followed
    JOIN metrics.species_diversity AS diversity
        ON followed.country_code = diversity.country_code
        AND followed.taxon_group = diversity.taxon_group
        AND followed.year IS NOT DISTINCT FROM diversity.year
    JOIN metrics.species_occupancy AS occupancy
        ON followed.country_code = occupancy.country_code
        AND followed.taxon_group = occupancy.taxon_group
        AND followed.year IS NOT DISTINCT FROM occupancy.year
    JOIN recency
        ON followed.country_code = recency.country_code
        AND followed.taxon_group = recency.taxon_group
        AND followed.year IS NOT DISTINCT FROM recency.year
    LEFT JOIN contributed ON followed.country_code = contributed.country_code
    WINDOW of_group AS (PARTITION BY followed.country_code, followed.taxon_group)
),

judged AS (
    SELECT
        *,
        CASE
            WHEN datasets IS NOT NULL THEN NULL
            WHEN taxon_group <> 'all' THEN 'roll_up_only'
            WHEN year IS NOT NULL THEN 'all_years_only'
            ELSE 'no_data'
        END AS datasets_reason,
        CASE
            WHEN has_cells AND year IS NULL THEN 'no_baseline'
            WHEN cell_reason IS NOT NULL THEN cell_reason
            WHEN is_mixed THEN 'mixed_checklists'
        END AS ssii_reason,
        CASE
            WHEN has_cells AND year IS NULL THEN 'no_baseline'
            WHEN cell_reason IS NOT NULL THEN cell_reason
            WHEN is_mixed THEN 'mixed_checklists'
            WHEN shared_species < 0.8 * expected_species OR shares = 0 THEN 'no_range_share'
        END AS steward_reason,
        coalesce(cell_reason, CASE WHEN ssei_species = 0 THEN 'too_few_cells' END) AS ssei_reason
    FROM joined
)

SELECT
    country_code,
    taxon_group,
    year,
    occurrences AS recorded_occurrences,
    observed_richness AS recorded_species,
    datasets,
    latest_year AS latest_record_year,
    recent AS recent_species_share,
    sample_coverage_share AS record_coverage_share,
    observed_richness / chao1_inext_richness AS completeness_share,
    sampling_units,
    observed_richness / chao2_richness AS unit_completeness_share,
    expected_species,
    CASE WHEN has_cells THEN expected_cells END AS expected_species_cells,
    CASE WHEN has_cells THEN cells END AS recorded_species_cells,
    CASE WHEN has_cells THEN CASE WHEN is_gbif THEN 'gbif_baseline' ELSE 'cube_baseline' END END AS expected_source,
    CASE WHEN has_cells AND year IS NOT NULL THEN at_most_one(ssii / expected_species) END AS ssii,
    CASE WHEN has_cells AND year IS NOT NULL THEN at_most_one(steward / nullif(shares, 0)) END AS steward_ssii,
    CASE WHEN has_cells THEN shared_species END AS steward_species,
    CASE
        WHEN NOT has_cells OR first_method IS NULL THEN NULL
        WHEN first_method = last_method THEN first_method
        ELSE 'mixed'
    END AS share_method,
    CASE WHEN has_cells THEN basis END AS steward_basis,
    CASE WHEN has_cells THEN ssei_species END AS spread_species,
    CASE WHEN has_cells THEN ssei / nullif(ssei_species, 0) END AS ssei,
    CASE WHEN has_cells THEN ssei_expected / nullif(ssei_expected_species, 0) END AS ssei_expected,
    reason IS NULL AS reportable,
    reason,
    datasets_reason IS NULL AS datasets_reportable,
    datasets_reason,
    estimate_reason IS NULL AS completeness_reportable,
    estimate_reason AS completeness_reason,
    unit_reason IS NULL AS unit_completeness_reportable,
    unit_reason AS unit_completeness_reason,
    ssii_reason IS NULL AS ssii_reportable,
    ssii_reason,
    steward_reason IS NULL AS steward_reportable,
    steward_reason,
    ssei_reason IS NULL AS ssei_reportable,
    ssei_reason
FROM judged
