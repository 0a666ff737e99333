-- Question: Which threatened species does the world have almost only in one country?
-- Why: for these the country decides alone; nobody else can save them.
-- Reading: `range_share` is the country's share of the species' world range. Where `share_method` is `occurrences`,
--   it follows where people record, so a well recorded country looks more responsible than it is; a range map does
--   not.
SELECT
    species.country_code,
    species.species_key,
    species.scientific_name,
    species.taxon_group,
    status.red_list_category AS category,
    round(species.range_share, 3) AS range_share,
    species.share_method,
    species.occurrences
FROM core.country_species AS species
JOIN core.species_status AS status USING (country_code, species_key)
WHERE is_threatened(status.red_list_category) AND NOT status.is_introduced AND species.range_share >= 0.9
ORDER BY list_position(['CR', 'EN', 'VU'], status.red_list_category), range_share DESC, country_code, species_key
LIMIT 50
