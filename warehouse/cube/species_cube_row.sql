-- What the rows of a cube say about each species: one row per country and way of naming, grouping and assessing it.
SELECT
    country_code,
    species_key,
    scientific_name,
    taxon_group,
    red_list_category,
    CAST(sum(occurrences) AS BIGINT) AS records,
    CAST(coalesce(sum(occurrences) FILTER (is_introduced), 0) AS BIGINT) AS introduced_records
FROM cube_row
GROUP BY ALL
