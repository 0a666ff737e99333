-- Occurrence cube: the records of each species in each country, year and cell.
-- One row per country, year, species and cell that has records; nothing ever says zero.
-- Filters: present, without geospatial issue, neither fossil nor living specimen, species, year and country known; with a
-- cap, no less certain than max_uncertainty_m (unknown: 1000 m); with a grid, lying in one of its cells.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it
-- starts says nothing);
-- target_group_occurrences = records of all species of the same higher taxon in the same country, year and cell, where
-- target_rank (phylum, class, order, family) names one: how much was looked for the group there; NULL without a taxon.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
WITH counted AS (
    SELECT
        country_code,
        year,
        species_key,
        cell_code,
        count(*) AS occurrences,
        min(coalesce(coordinate_uncertainty_m, 1000)) AS min_coordinate_uncertainty_m,
        min(temporal_uncertainty_s) FILTER (WHERE temporal_uncertainty_s >= 0) AS min_temporal_uncertainty_s,
        min(
            CASE getvariable('target_rank')
                WHEN 'phylum' THEN phylum
                WHEN 'class' THEN class_name
                WHEN 'order' THEN order_name
                WHEN 'family' THEN family
            END
        ) AS target_group
    FROM occurrence
    WHERE occurrence_status = 'PRESENT'
        AND NOT has_geospatial_issue
        AND coalesce(basis_of_record, '') NOT IN ('FOSSIL_SPECIMEN', 'LIVING_SPECIMEN')
        AND species_key IS NOT NULL
        AND year IS NOT NULL
        AND country_code IS NOT NULL
        AND (
            getvariable('max_uncertainty_m') IS NULL
            OR coalesce(coordinate_uncertainty_m, 1000) <= getvariable('max_uncertainty_m')
        )
        AND (getvariable('grid_kind') IS NULL OR cell_code IS NOT NULL)
    GROUP BY country_code, year, species_key, cell_code
)

SELECT
    country_code,
    year,
    species_key,
    CAST(getvariable('grid') AS VARCHAR) AS grid,
    cell_code,
    occurrences,
    min_coordinate_uncertainty_m,
    CAST(min_temporal_uncertainty_s AS BIGINT) AS min_temporal_uncertainty_s,
    target_group,
    CASE getvariable('target')
        WHEN 'counted'
            THEN CASE
                WHEN target_group IS NOT NULL
                    THEN CAST(sum(occurrences) OVER (PARTITION BY country_code, year, cell_code, target_group) AS BIGINT)
            END
        ELSE CAST(NULL AS BIGINT)
    END AS target_group_occurrences
FROM counted
