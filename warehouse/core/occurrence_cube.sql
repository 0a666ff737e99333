-- Occurrence records per country, year and species, each record counted once.
-- Believed, for each country and species: one source, own files before publishers before seeds, among equals the one
-- with most records, then by name; units of work of that source add up. Records of one year in one file and of another
-- year in another belong under one source name. Within the source: one grid, the one that holds most records (cells
-- outside a grid's extent are lost), then the one with most rows (the finest), then no grid, then by name; other grids
-- of that source count the same records again and are left out.
WITH candidate AS (
    SELECT country_code, species_key, source, grid, sum(occurrences) AS records, count(*) AS cells
    FROM landed.occurrence_cube
    GROUP BY country_code, species_key, source, grid
),

believed AS (
    SELECT country_code, species_key, source, grid
    FROM candidate
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key
            ORDER BY source_precedence(source), records DESC, source, cells DESC, grid NULLS FIRST
        ) = 1
)

SELECT
    landed.country_code,
    landed.year,
    landed.species_key,
    landed.grid,
    landed.cell_code,
    sum(landed.occurrences) AS occurrences,
    min(landed.min_coordinate_uncertainty_m) AS min_coordinate_uncertainty_m,
    min(landed.min_temporal_uncertainty_s) AS min_temporal_uncertainty_s,
    min(landed.checklist_key) AS checklist_key,
    landed.source
FROM landed.occurrence_cube AS landed
JOIN believed
    ON landed.country_code = believed.country_code
    AND landed.species_key = believed.species_key
    AND landed.source = believed.source
    AND landed.grid IS NOT DISTINCT FROM believed.grid
GROUP BY landed.country_code, landed.year, landed.species_key, landed.grid, landed.cell_code, landed.source
