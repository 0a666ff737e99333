-- Question: How do the countries of this file stand, in the numbers that most reports open with?
-- Why: one line per country is the quickest check that a refresh worked, and the start of every comparison.
-- Reading: countries with occurrence records; percentages of land and sea, the rest from 0 to 1 or counts, the
--   latest year of each. A dash is a number that may not be quoted, and `missing_and_why.sql` says why. The
--   assessed shares show how far a Red List can be trusted.
WITH latest AS (
    SELECT country_code, metric, taxon_group, arg_max(value, coalesce(year, 9999)) AS value
    FROM metrics.metric_value
    SEMI JOIN metrics.species_diversity USING (country_code)
    WHERE reportable
    GROUP BY country_code, metric, taxon_group
)

SELECT
    country.country_name AS country,
    round(max(value) FILTER (metric = 'eco_security_index'), 3) AS "index",
    round(max(value) FILTER (metric = 'land_protected_pct'), 1) AS "land %",
    round(max(value) FILTER (metric = 'marine_protected_pct'), 1) AS "sea %",
    round(max(value) FILTER (metric = 'threatened_share' AND taxon_group = 'mammals'), 3) AS "mammals threatened",
    round(max(value) FILTER (metric = 'assessed_share' AND taxon_group = 'animals'), 3) AS "animals assessed",
    round(max(value) FILTER (metric = 'assessed_share' AND taxon_group = 'fungi'), 3) AS "fungi assessed",
    CAST(max(value) FILTER (metric = 'treaties_in_force') AS BIGINT) AS treaties,
    CAST(max(value) FILTER (metric = 'observed_richness' AND taxon_group = 'all') AS BIGINT) AS species
FROM latest
JOIN core.country AS country USING (country_code)
GROUP BY country.country_name
ORDER BY country
