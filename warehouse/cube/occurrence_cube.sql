-- Occurrence cube: the records of each species in each country, year and cell.
-- One row per country, year, species and cell that has records; nothing ever says zero.
-- Reads `occurrence`: the records that count, either those that meet the contract or those of counted_record.sql.
-- Records are counted by the key as the file writes it first, so that keys are put right once for each count.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it
-- starts says nothing);
-- target_group_occurrences = records of all species of the same higher taxon in the same country, year and cell, where
-- target_rank (phylum, class, order, family) names one: how much was looked for the group there; NULL without a taxon.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
WITH written AS (
    SELECT
        upper(trimmed(country_word)) AS country_code,
        year,
        key_word,
        cell_code,
        count(*) AS occurrences,
        min(coalesce(coordinate_uncertainty_m, 1000)) AS min_coordinate_uncertainty_m,
        min(CASE WHEN temporal_uncertainty_s >= 0 THEN temporal_uncertainty_s END) AS min_temporal_uncertainty_s,
        min(
            CASE getvariable('target_rank')
                WHEN 'phylum' THEN phylum
                WHEN 'class' THEN class_name
                WHEN 'order' THEN order_name
                WHEN 'family' THEN family
            END
        ) AS target_group
    FROM occurrence
    GROUP BY upper(trimmed(country_word)), year, key_word, cell_code
),

counted AS (
    SELECT
        country_code,
        year,
        key_of(key_word) AS species_key,
        cell_code,
        CAST(sum(occurrences) AS BIGINT) AS occurrences,
        min(min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
        min(min_temporal_uncertainty_s) AS min_temporal_uncertainty_s,
        min(target_group) AS target_group
    FROM written
    WHERE key_of(key_word) IS NOT NULL
    GROUP BY country_code, year, key_of(key_word), cell_code
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
