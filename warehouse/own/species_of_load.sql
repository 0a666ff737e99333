-- The species of the records and cubes of own files after they got the keys under which they count: one row for each country,
-- where a load has one species under several keys.
-- Reads `own_species`. Name, group and category are those of the key with most records.
SELECT
    country_code,
    species_key,
    min(checklist_key) AS checklist_key,
    arg_max(scientific_name, (coalesce(occurrences, 0), scientific_name)) AS scientific_name,
    arg_max(taxon_group, (coalesce(occurrences, 0), taxon_group)) AS taxon_group,
    arg_max(red_list_category, (coalesce(occurrences, 0), red_list_category)) AS red_list_category,
    CAST(sum(occurrences) AS BIGINT) AS occurrences,
    CAST(sum(introduced_occurrences) AS BIGINT) AS introduced_occurrences,
    source,
    unit_key
FROM own_species
GROUP BY country_code, species_key, source, unit_key
