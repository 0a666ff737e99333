-- In how many places the species of each group were recorded in a country, per year and over all years (year NULL), and
-- what that says of the species that exist: estimates from incidence, which trust records to show that a species is
-- there, not how common it is. A sampling unit is a grid cell in a year; where the cube has no grid, a year.
-- T = units with a record of the group, Y = units of a species, U = sum Y, Q1 and Q2 = species in one and two units.
--   chao2_richness, unit_coverage_share, unit_standardised_richness: as in species_diversity with T for n and Y for x;
--   the last from 20 incidences in three units on
--   unit_standardised_hill_1, unit_standardised_hill_2 = Hill numbers of as many units, see the macros standardised_hill
--   occupied_cell_share = cells with a record of the group / cells that ever had one
--   mean_occupancy_share = mean over the species of (cells of the species / cells of the group)
--   area_rarity = sum over the species of (cells of the group / cells of the species), both of all years
-- Reportable from 20 incidences in three units, in one grid and one checklist.
-- Source: Chao 1987; Chao & Jost 2012; Chao et al. 2014; indicators of b3gbi; thresholds of dubicube.
WITH species_year AS (
    SELECT
        country_code,
        species_key,
        year,
        count(*) AS units,
        min(coalesce(grid, '')) AS first_grid,
        max(coalesce(grid, '')) AS last_grid,
        min(coalesce(checklist_key, '')) AS first_checklist,
        max(coalesce(checklist_key, '')) AS last_checklist
    FROM core.occurrence_cube
    GROUP BY country_code, species_key, year
),

species_cell AS (
    SELECT DISTINCT country_code, species_key, grid, cell_code FROM core.occurrence_cube
),

by_year AS (
    SELECT
        country_code,
        species_key,
        list(struct_pack(year := year, units := units)) AS years,
        CAST(sum(units) AS BIGINT) AS units,
        min(first_grid) AS first_grid,
        max(last_grid) AS last_grid,
        min(first_checklist) AS first_checklist,
        max(last_checklist) AS last_checklist
    FROM species_year
    GROUP BY country_code, species_key
),

by_cell AS (
    SELECT country_code, species_key, count(*) AS cells FROM species_cell GROUP BY country_code, species_key
),

-- Put together by a union, so that a run for one country reads that country's rows only, which a join would not.
species AS (
    SELECT
        country_code,
        species_key,
        any_value(years) AS years,
        any_value(units) AS units,
        any_value(cells) AS cells,
        any_value(first_grid) AS first_grid,
        any_value(last_grid) AS last_grid,
        any_value(first_checklist) AS first_checklist,
        any_value(last_checklist) AS last_checklist
    FROM (SELECT * FROM by_year UNION ALL BY NAME SELECT * FROM by_cell)
    GROUP BY country_code, species_key
),

recorded AS (
    SELECT
        species.* EXCLUDE (species_key, years, units),
        status.taxon_group,
        member.roll_up,
        unnest(list_append(species.years, struct_pack(year := NULL, units := species.units))) AS seen
    FROM species
    JOIN core.species_status AS status
        ON species.country_code = status.country_code AND species.species_key = status.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
),

-- Each species is in one group, so that these counts add up to those of the roll-ups.
frequency AS (
    SELECT
        country_code,
        taxon_group,
        roll_up,
        seen.year AS year,
        seen.units AS x,
        count(*) AS species,
        sum(CAST(1 / cells AS DECIMAL(38, 28))) AS inverse_cells,
        sum(cells) AS cells,
        min(first_grid) AS first_grid,
        max(last_grid) AS last_grid,
        min(first_checklist) AS first_checklist,
        max(last_checklist) AS last_checklist
    FROM recorded
    GROUP BY ALL
),

grouped AS (
    SELECT * EXCLUDE (taxon_group, roll_up), unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group
    FROM frequency
),

summed AS (
    SELECT
        country_code,
        taxon_group,
        year,
        x,
        CAST(sum(species) AS BIGINT) AS species,
        sum(inverse_cells) AS inverse_cells,
        sum(cells) AS cells,
        min(first_grid) AS first_grid,
        max(last_grid) AS last_grid,
        min(first_checklist) AS first_checklist,
        max(last_checklist) AS last_checklist
    FROM grouped
    GROUP BY country_code, taxon_group, year, x
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        year,
        list(struct_pack(x := CAST(x AS DOUBLE), species := CAST(species AS DOUBLE)) ORDER BY x) AS frequencies,
        CAST(sum(x * species) AS BIGINT) AS incidences,
        CAST(sum(species) AS BIGINT) AS s,
        CAST(coalesce(sum(species) FILTER (x = 1), 0) AS BIGINT) AS q1,
        CAST(coalesce(sum(species) FILTER (x = 2), 0) AS BIGINT) AS q2,
        sum(inverse_cells) AS inverse_cells,
        sum(cells) AS species_cells,
        nullif(min(first_grid), '') AS grid,
        min(first_grid) <> max(last_grid) AS is_mixed_grid,
        min(first_checklist) <> max(last_checklist) AS is_mixed_checklist
    FROM summed
    GROUP BY country_code, taxon_group, year
),

-- Units are counted for all groups in one pass: a cell's bits are the groups with a record there.
bit AS NOT MATERIALIZED (
    SELECT taxon_group, roll_up, 1 << (row_number() OVER (ORDER BY taxon_group) - 1) AS bit
    FROM core.taxon_group
    WHERE NOT is_roll_up
),

mask AS (
    SELECT taxon_group, bit_or(bit) AS mask
    FROM (SELECT unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group, bit FROM bit)
    GROUP BY taxon_group
),

cell_year AS (
    SELECT recorded.country_code, recorded.grid, recorded.cell_code, recorded.year, bit_or(bit.bit) AS bits
    FROM core.occurrence_cube AS recorded
    JOIN core.species_status AS status
        ON recorded.country_code = status.country_code AND recorded.species_key = status.species_key
    JOIN bit ON status.taxon_group = bit.taxon_group
    GROUP BY recorded.country_code, recorded.grid, recorded.cell_code, recorded.year
),

cell AS (
    SELECT
        country_code,
        unnest(list_append(list(struct_pack(year := year, bits := bits)), struct_pack(year := NULL, bits := bit_or(bits))))
            AS seen
    FROM cell_year
    GROUP BY country_code, grid, cell_code
),

alike AS (
    SELECT country_code, seen.year AS year, seen.bits AS bits, count(*) AS cells
    FROM cell
    GROUP BY ALL
),

occupied AS (
    SELECT alike.country_code, mask.taxon_group, alike.year, CAST(sum(alike.cells) AS BIGINT) AS cells
    FROM alike
    JOIN mask ON alike.bits & mask.mask <> 0
    GROUP BY alike.country_code, mask.taxon_group, alike.year
),

-- By a union again.
together AS (
    SELECT
        country_code,
        taxon_group,
        year,
        any_value(frequencies) AS frequencies,
        any_value(incidences) AS incidences,
        any_value(s) AS s,
        any_value(q1) AS q1,
        any_value(q2) AS q2,
        any_value(inverse_cells) AS inverse_cells,
        any_value(species_cells) AS species_cells,
        any_value(grid) AS grid,
        any_value(is_mixed_grid) AS is_mixed_grid,
        any_value(is_mixed_checklist) AS is_mixed_checklist,
        any_value(cells) AS cells
    FROM (SELECT * FROM counted UNION ALL BY NAME SELECT * FROM occupied)
    GROUP BY country_code, taxon_group, year
),

unit AS (
    SELECT
        *,
        CASE
            WHEN year IS NULL THEN CAST(sum(cells) FILTER (year IS NOT NULL) OVER of_group AS BIGINT)
            ELSE cells
        END AS units,
        max(cells) FILTER (year IS NULL) OVER of_group AS group_cells
    FROM together
    WINDOW of_group AS (PARTITION BY country_code, taxon_group)
),

judged AS (
    SELECT
        *,
        NOT is_mixed_grid AND units >= 3 AND incidences >= 20 AS is_enough,
        CASE
            WHEN is_mixed_grid THEN 'mixed_grids'
            WHEN units < 3 THEN 'too_few_cells'
            WHEN incidences < 20 THEN 'too_few_records'
            WHEN is_mixed_checklist THEN 'mixed_checklists'
        END AS base_reason
    FROM unit
),

-- As size_at_coverage says; the few rows that need its search go together, which is several times faster.
sized AS (
    SELECT
        *,
        size_by_search(frequencies, units, incidences, 1 - common_coverage() - q1 / incidences) AS size
    FROM judged
    WHERE is_enough AND is_within_sample(q1, q2, units, incidences, common_coverage())

    UNION ALL

    SELECT
        *,
        CASE WHEN is_enough THEN
            size_without_search(frequencies, q1, q2, units, incidences, common_coverage())
        END AS size
    FROM judged
    WHERE NOT (is_enough AND is_within_sample(q1, q2, units, incidences, common_coverage()))
),

estimated AS (
    SELECT
        *,
        NOT is_mixed_grid AND units > 1 AS is_known,
        NOT is_mixed_grid AND grid IS NOT NULL AS has_cells,
        chao_richness(s, q1, q2, units) AS chao2,
        size <= 2 * units AS is_near,
        coalesce(base_reason, CASE WHEN q1 = incidences THEN 'all_singletons' END) AS reason,
        CASE WHEN NOT is_mixed_grid AND grid IS NULL THEN 'no_grid' ELSE base_reason END AS cell_reason,
        coalesce(base_reason, CASE WHEN coalesce(size > 2 * units, true) THEN 'coverage_too_low' END)
            AS standardised_reason
    FROM sized
),

ordered AS (
    SELECT
        *,
        CASE
            WHEN size < units THEN rarefied_hill_1(frequencies, size, units, incidences)
            WHEN is_near THEN
                extrapolated_hill_1(
                    exp(shannon_entropy(frequencies, incidences)),
                    incidences / units * exp(units / incidences * asymptotic_entropy(frequencies, q1, q2, units)),
                    last_entropy(frequencies, units, incidences),
                    size - units
                )
        END AS hill_1,
        CASE WHEN is_near THEN hill_2_at(frequencies, size, units, incidences) END AS hill_2
    FROM estimated
)

SELECT
    country_code,
    taxon_group,
    year,
    CASE WHEN NOT is_mixed_grid THEN grid END AS grid,
    units AS sampling_units,
    incidences,
    s AS species_recorded,
    q1 AS unique_species,
    q2 AS duplicate_species,
    CASE WHEN is_known THEN chao2 END AS chao2_richness,
    CASE WHEN is_known THEN chao_lower(s, chao2, chao_variance(s, q1, q2, units)) END AS chao2_richness_lower,
    CASE WHEN is_known THEN chao_upper(s, chao2, chao_variance(s, q1, q2, units)) END AS chao2_richness_upper,
    CASE WHEN is_known THEN sample_coverage(q1, q2, units, incidences) END AS unit_coverage_share,
    CASE WHEN is_near THEN richness_at(frequencies, q1, q2, size, units) END AS unit_standardised_richness,
    CASE WHEN is_in_order(hill_1, hill_2) THEN hill_1 END AS unit_standardised_hill_1,
    CASE WHEN is_in_order(hill_1, hill_2) THEN hill_2 END AS unit_standardised_hill_2,
    CASE WHEN is_near THEN size END AS standardised_units,
    CASE WHEN has_cells THEN cells END AS occupied_cells,
    CASE WHEN has_cells THEN group_cells END AS ever_occupied_cells,
    CASE WHEN has_cells THEN cells / group_cells END AS occupied_cell_share,
    CASE WHEN has_cells THEN CASE WHEN year IS NULL THEN species_cells ELSE incidences END / (cells * s) END
        AS mean_occupancy_share,
    CASE WHEN has_cells THEN group_cells * CAST(inverse_cells AS DOUBLE) END AS area_rarity,
    reason IS NULL AS reportable,
    reason,
    standardised_reason IS NULL AS standardised_reportable,
    standardised_reason,
    standardised_reason IS NULL AND is_in_order(hill_1, hill_2) AS standardised_hill_reportable,
    coalesce(standardised_reason, CASE WHEN NOT is_in_order(hill_1, hill_2) THEN 'out_of_order' END)
        AS standardised_hill_reason,
    cell_reason IS NULL AS cell_reportable,
    cell_reason
FROM ordered
