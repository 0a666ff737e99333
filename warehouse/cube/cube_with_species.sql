-- A cube with what is known of the species of each row, as it is written to a file.
-- Reads `cube` (occurrence_cube.sql) and `species` (country_species.sql).
-- species_introduced_occurrences = records of the species in the country that are marked introduced or managed: a number of the
-- species, the same in each of its rows.
SELECT
    cube.*,
    species.scientific_name,
    species.taxon_group,
    species.red_list_category,
    species.introduced_occurrences AS species_introduced_occurrences
FROM cube
LEFT JOIN species ON cube.country_code = species.country_code AND cube.species_key = species.species_key
