-- Counts added up where a country or key is written in several ways.
-- Reads `counted`: the counts of written.sql that meet the contract, with the country and key that their words stand for.
SELECT
    country_code,
    year,
    species_key,
    cell_code,
    CAST(sum(occurrences) AS BIGINT) AS occurrences,
    min(min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
    min(min_temporal_uncertainty_s) AS min_temporal_uncertainty_s,
    min(target_group) AS target_group
FROM counted
GROUP BY country_code, year, species_key, cell_code
