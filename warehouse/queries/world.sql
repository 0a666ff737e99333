-- Question: How do the countries of the world stand, in the numbers that most readers ask for?
-- Why: one line per country, the states first by the rank of their index, is where every comparison starts.
-- Reading: the index of the latest year in which states are ranked, with what 90 % of other choices of ours would give
--   and what all that is missing would make it at its worst and at its best; of all else the latest year that may be
--   quoted, which `metrics.country_profile` has beside each. Percentages of land, of the sea and of the treaties that
--   lists speak of; the Red List Index from 0 to 1; aid for biodiversity in millions of US dollars of 2018. Territories
--   follow without a rank. A dash is a number that may not be quoted, and `missing_and_why.sql` says why.
WITH latest AS (
    SELECT country_code, metric, arg_max(value, coalesce(year, 9999)) AS value
    FROM metrics.metric_value
    WHERE
        reportable AND (taxon_group IS NULL OR taxon_group = 'all') AND metric IN (
            'land_protected_pct', 'marine_protected_pct', 'official_red_list_index', 'treaties_joined_share',
            'biodiversity_aid_given_usd', 'biodiversity_aid_received_usd'
        )
    GROUP BY country_code, metric
),

ranked AS (
    SELECT * FROM metrics.index_ranking WHERE year = (SELECT max(year) FROM metrics.index_ranking)
)

SELECT
    ranked.rank,
    country.country_name AS country,
    round(ranked.eco_security_index, 3) AS "index",
    format('{:.2f}-{:.2f}', ranked.index_range_low, ranked.index_range_high) AS choices,
    format('{:.2f}-{:.2f}', ranked.index_missing_low, ranked.index_missing_high) AS missing,
    round(max(latest.value) FILTER (latest.metric = 'land_protected_pct'), 1) AS "land %",
    round(max(latest.value) FILTER (latest.metric = 'marine_protected_pct'), 1) AS "sea %",
    round(max(latest.value) FILTER (latest.metric = 'official_red_list_index'), 2) AS "red list index",
    round(100 * max(latest.value) FILTER (latest.metric = 'treaties_joined_share')) AS "treaties %",
    round(max(latest.value) FILTER (latest.metric = 'biodiversity_aid_given_usd') / 1e6) AS "aid given",
    round(max(latest.value) FILTER (latest.metric = 'biodiversity_aid_received_usd') / 1e6) AS "aid received"
FROM core.country AS country
LEFT JOIN latest USING (country_code)
LEFT JOIN ranked USING (country_code)
GROUP BY ALL
ORDER BY ranked.rank NULLS LAST, country
