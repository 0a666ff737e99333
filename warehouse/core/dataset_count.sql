-- GBIF data sets behind each country's occurrence numbers, with the records that each contributed.
-- Units of work of one source add up. Where several sources have records of one data set, they have the same records, so
-- the source with most of them counts, then own files before publishers before seeds, then by name.
WITH added AS (
    SELECT country_code, dataset_key, source, CAST(sum(occurrences) AS BIGINT) AS occurrences
    FROM landed.dataset_count
    GROUP BY country_code, dataset_key, source
)

SELECT country_code, dataset_key, occurrences, source
FROM added
QUALIFY
    row_number() OVER (
        PARTITION BY country_code, dataset_key
        ORDER BY occurrences DESC, source_precedence(source), source
    ) = 1
