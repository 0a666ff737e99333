-- Question: For which groups does nobody know what threatens the species that are at risk?
-- Why: a species without a known threat cannot be helped; naming its threats is desk work of days.
-- Reading: `unallocated` is the part of the group's STAR score behind which no known threat stands; `to_describe`
--   counts the species to begin with. Where `range_known` is low, scores wait for range shares instead.
SELECT
    country_code,
    taxon_group,
    scoring_species,
    scoring_species - species_with_threats AS to_describe,
    round(star_total, 1) AS star_total,
    round(1 - star_allocated_share, 3) AS unallocated,
    round(range_share_known_share, 3) AS range_known,
    coalesce(reason, 'may be quoted') AS verdict
FROM metrics.threat_abatement_total
WHERE scoring_species > 0
ORDER BY to_describe DESC, star_total DESC, country_code, taxon_group
LIMIT 40
