-- Species known from each country, counted over the same records as the occurrence cube.
-- Reads `species_record`: species_record.sql with the reporting group, or species_cube_row.sql.
-- Name, group and category are those of most records of the species there: records of a subspecies may carry its own
-- category. Ties go to the alphabetically first, so that the order of records does not matter.
SELECT
    country_code,
    species_key,
    first(scientific_name ORDER BY records DESC, scientific_name) FILTER (scientific_name IS NOT NULL) AS scientific_name,
    first(taxon_group ORDER BY records DESC, taxon_group) FILTER (taxon_group IS NOT NULL) AS taxon_group,
    first(red_list_category ORDER BY records DESC, red_list_category) FILTER (red_list_category IS NOT NULL)
        AS red_list_category,
    CAST(sum(records) AS BIGINT) AS occurrences,
    CAST(sum(introduced_records) AS BIGINT) AS introduced_occurrences
FROM species_record
GROUP BY country_code, species_key
ORDER BY country_code, species_key
