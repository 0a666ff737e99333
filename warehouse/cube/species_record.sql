-- Names, higher taxa and categories of each species in the records: one row per country and combination of them.
-- Reads `counted_record`: the records that the cube counts.
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
FROM counted_record
GROUP BY
    country_code, species_key, scientific_name, kingdom, phylum, class_name, order_name, red_list_category
