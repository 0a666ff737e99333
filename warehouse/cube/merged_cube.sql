-- A cube whose rows are finer than country, year, species and cell (by way of establishment, by month) brought to that
-- grain: records are added up, the smallest uncertainty is kept.
-- Reads `cube_row`: rows of a cube that was made elsewhere, checked against the contract `OccurrenceCube`.
SELECT
    country_code,
    year,
    species_key,
    grid,
    cell_code,
    CAST(sum(occurrences) AS BIGINT) AS occurrences,
    min(min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
    min(min_temporal_uncertainty_s) AS min_temporal_uncertainty_s
FROM cube_row
GROUP BY country_code, year, species_key, grid, cell_code
ORDER BY country_code, year, species_key, grid, cell_code
