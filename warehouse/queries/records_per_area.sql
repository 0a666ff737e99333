-- Question: Which countries are the blank spots of the map of biodiversity records?
-- Why: a country with few records per area looks poor in species and safe from loss; it is neither.
-- Reading: records of all years in this file per 1000 km2 of land. Compare countries of similar climate; a desert
--   has fewer species to record than a rain forest.
SELECT
    country.country_name AS country,
    country.subregion,
    diversity.occurrences AS records,
    diversity.observed_richness AS species,
    round(1000 * diversity.occurrences / country.land_area_km2, 3) AS records_per_1000_km2
FROM metrics.species_diversity AS diversity
JOIN core.country AS country USING (country_code)
WHERE diversity.taxon_group = 'all' AND diversity.year IS NULL
ORDER BY records_per_1000_km2 NULLS LAST, country
