-- What the records say about each species: one row per country and way of naming, classing and assessing it.
SELECT
    country_code,
    species_key,
    scientific_name,
    kingdom,
    phylum,
    class_name,
    order_name,
    red_list_category,
    count(*) AS records,
    count(*) FILTER (WHERE is_introduced) AS introduced_records
FROM occurrence
GROUP BY
    country_code, species_key, scientific_name, kingdom, phylum, class_name, order_name, red_list_category
