-- The rows of the occurrence cubes of own files after their species got the keys under which they count: one row for each cell,
-- where a load has one species under several keys.
-- Reads `own_cube`.
SELECT
    country_code,
    year,
    species_key,
    grid,
    cell_code,
    CAST(sum(occurrences) AS BIGINT) AS occurrences,
    min(min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
    min(min_temporal_uncertainty_s) AS min_temporal_uncertainty_s,
    min(checklist_key) AS checklist_key,
    source,
    unit_key
FROM own_cube
GROUP BY country_code, year, species_key, grid, cell_code, source, unit_key
