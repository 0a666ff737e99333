-- Question: Which threatened species of a country has nobody recorded in the last three years of data?
-- Why: a species may have gone unnoticed; a survey costs little compared with an extinction.
-- Reading: years are those of the records in this file, so a species last seen before its first year is not here at
--   all. Absence of records is not absence of the species: compare with how much is recorded
--   (`recording_effort.sql`).
WITH seen AS (
    SELECT country_code, species_key, max(year) AS last_seen, sum(occurrences) AS records
    FROM core.occurrence_cube
    GROUP BY country_code, species_key
),

horizon AS (
    SELECT country_code, max(last_seen) AS last_year
    FROM seen
    GROUP BY country_code
)

SELECT
    seen.country_code,
    seen.species_key,
    status.taxon_group,
    status.red_list_category AS category,
    seen.last_seen,
    seen.records
FROM seen
JOIN horizon USING (country_code)
JOIN core.species_status AS status USING (country_code, species_key)
WHERE is_threatened(status.red_list_category) AND NOT status.is_introduced AND seen.last_seen <= horizon.last_year - 3
ORDER BY last_seen, country_code, list_position(['CR', 'EN', 'VU'], status.red_list_category), species_key
LIMIT 50
