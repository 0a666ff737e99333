-- Occurrence cube: the records of each species in each country and year.
-- One row per country, year and species that has records; nothing ever says zero.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it starts says
-- nothing).
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
SELECT
    country_code,
    year,
    species_key,
    CAST(NULL AS VARCHAR) AS grid,
    CAST(NULL AS VARCHAR) AS cell_code,
    count(*) AS occurrences,
    min(coalesce(coordinate_uncertainty_m, 1000)) AS min_coordinate_uncertainty_m,
    min(temporal_uncertainty(event_date, event_time := event_time))
        FILTER (temporal_uncertainty(event_date, event_time := event_time) >= 0) AS min_temporal_uncertainty_s
FROM occurrence
GROUP BY country_code, year, species_key
ORDER BY country_code, year, species_key
