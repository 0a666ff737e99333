-- Occurrence cube: the records of each species in each country, year and cell.
-- One row per country, year, species and cell that has records; there are no rows of zero records.
-- Reads `merged_count`: one count for each of them (merged_count.sql).
-- target_group_occurrences = records of all species of the same higher taxon in the same country, year and cell, where
-- target_rank (phylum, class, order, family) names one: how much effort went into the group there; NULL without a taxon.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
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
FROM merged_count
