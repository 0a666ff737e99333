-- Names, reporting groups and categories of each species in the rows of a cube: one row per country and combination of them.
-- Reads `cube_row`: rows of a cube that was made elsewhere, with these columns. A cube of
-- ours has the introduced records of each species (cube_with_species.sql), others mark rows.
SELECT
    country_code,
    species_key,
    scientific_name,
    taxon_group,
    red_list_category,
    CAST(sum(occurrences) AS BIGINT) AS records,
    CAST(
        coalesce(max(species_introduced_occurrences), sum(occurrences) FILTER (is_introduced), 0) AS BIGINT
    ) AS introduced_records
FROM cube_row
GROUP BY ALL
