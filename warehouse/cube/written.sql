-- Records counted by country and key as the file writes them, year and cell.
-- Reads `countable`: records that count unless country, key or year forbid it, which is asked once for each count.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it
-- starts says nothing).
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
WITH counted AS (
    SELECT
        country_word,
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
    FROM countable
    GROUP BY country_word, year, key_word, cell_code
)

SELECT
    *,
    key_of(key_word) AS species_key,
    key_of(key_word) IS NULL AS has_no_key,
    is_code(country_word, getvariable('countries')) AS is_country
FROM counted
