-- Occurrence records per country, year and species, each record counted once.
-- Believed, for each country and species: all own files together, which have each record once when they are loaded
-- (warehouse/own/); else one publisher, the one with most records, then by name; else the seeds. Units of work of one
-- publisher add up. Within a publisher: one grid, the one that holds most records (cells outside a grid's extent are lost),
-- then the one with most rows (the finest), then no grid, then by name; other grids count the same records again and are
-- left out.
WITH candidate AS (
    SELECT
        country_code,
        species_key,
        source_precedence(source) AS precedence,
        CASE WHEN source_precedence(source) > 0 THEN source END AS publisher,
        CASE WHEN source_precedence(source) > 0 THEN grid END AS grid,
        sum(occurrences) AS records,
        count(*) AS cells
    FROM landed.occurrence_cube
    GROUP BY ALL
),

believed AS (
    SELECT country_code, species_key, precedence, publisher, grid
    FROM candidate
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key
            ORDER BY precedence, records DESC, publisher, cells DESC, grid NULLS FIRST
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
    AND source_precedence(landed.source) = believed.precedence
    AND coalesce(believed.publisher, landed.source) = landed.source
    AND (believed.precedence = 0 OR landed.grid IS NOT DISTINCT FROM believed.grid)
GROUP BY landed.country_code, landed.year, landed.species_key, landed.grid, landed.cell_code, landed.source
