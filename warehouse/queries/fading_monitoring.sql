-- Question: Which groups were once well recorded in a country and are recorded less today?
-- Why: a group that recorders have left has no trend any more, and its losses go unseen.
-- Reading: the mean of the last five years of the file against that of the five before. `record_ratio` below 1 is a
--   decline; the last year or two are always incomplete, because records reach databases late. `seen_again` is the
--   share of all species ever recorded that had a record in the last ten years.
WITH horizon AS (
    SELECT country_code, max(year) AS last_year
    FROM metrics.monitoring_effort
    GROUP BY country_code
),

compared AS (
    SELECT
        effort.country_code,
        effort.taxon_group,
        sum(effort.recorded_occurrences) FILTER (effort.year > horizon.last_year - 5) / 5 AS records_now,
        sum(effort.recorded_occurrences) FILTER (effort.year BETWEEN horizon.last_year - 9 AND horizon.last_year - 5)
        / 5 AS records_before,
        arg_max(effort.recent_species_share, effort.year) AS seen_again
    FROM metrics.monitoring_effort AS effort
    JOIN horizon USING (country_code)
    WHERE effort.year IS NOT NULL
    GROUP BY effort.country_code, effort.taxon_group
)

SELECT
    country_code,
    taxon_group,
    round(records_before, 1) AS records_a_year_before,
    round(coalesce(records_now, 0), 1) AS records_a_year_now,
    round(coalesce(records_now, 0) / records_before, 2) AS record_ratio,
    round(seen_again, 3) AS seen_again
FROM compared
WHERE records_before >= 4
ORDER BY record_ratio, country_code, taxon_group
LIMIT 40
