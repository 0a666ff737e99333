-- What the records say about each species: one row per country and way of naming, grouping and assessing it.
SELECT
    country_code,
    species_key,
    scientific_name,
    taxon_group,
    red_list_category,
    count(*) AS records,
    count(*) FILTER (is_introduced) AS introduced_records
FROM occurrence
GROUP BY ALL
