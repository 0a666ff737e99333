-- Question: Is recording in each country growing, and for which groups?
-- Why: every trend in observed species rides on the number of records; look at this before any other trend.
-- Reading: records and species per year for the roll-ups. When species rise with records and fall with them, the
--   curve shows effort and not nature.
SELECT
    country_code,
    year,
    max(occurrences) FILTER (taxon_group = 'animals') AS animal_records,
    max(occurrences) FILTER (taxon_group = 'plants') AS plant_records,
    max(occurrences) FILTER (taxon_group = 'fungi') AS fungus_records,
    max(observed_richness) FILTER (taxon_group = 'all') AS species_observed,
    round(
        max(observed_richness) FILTER (taxon_group = 'all') / max(occurrences) FILTER (taxon_group = 'all'), 3
    ) AS species_per_record
FROM metrics.species_diversity
WHERE year IS NOT NULL
GROUP BY country_code, year
ORDER BY country_code, year
