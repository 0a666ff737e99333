-- Counts added up where a country or species key is written in several ways (`KE` and `ke`, `5219833` and `5219833.0`).
-- Reads `valid_count`: the counts of count_by_text.sql that meet the contract, with the country_code and species_key that
-- their text stands for.
SELECT
    country_code,
    year,
    species_key,
    cell_code,
    CAST(sum(occurrences) AS BIGINT) AS occurrences,
    min(min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
    min(min_temporal_uncertainty_s) AS min_temporal_uncertainty_s,
    min(target_group) AS target_group
FROM valid_count
GROUP BY country_code, year, species_key, cell_code
