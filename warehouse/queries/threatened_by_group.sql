-- Question: Which groups of a country's species are most threatened, and which of these shares may be quoted?
-- Why: the share threatened is the number that everyone asks for and the easiest one to get wrong.
-- Reading: `low` counts no Data Deficient species as threatened, `high` all of them, so the truth lies between. Quote a
--   share only where `verdict` says so: elsewhere too few species of the group were assessed, or `basis` is no list of
--   the country's own species but of what was recorded.
SELECT
    country_code,
    taxon_group,
    known_species,
    assessed_species,
    threatened_species,
    round(threatened_share_range_low, 3) AS low,
    round(threatened_share, 3) AS best,
    round(threatened_share_range_high, 3) AS high,
    basis,
    coalesce(reason, 'may be quoted') AS verdict
FROM metrics.threatened_species
WHERE assessed_species > 0
ORDER BY country_code, reason NULLS FIRST, threatened_share DESC NULLS LAST, taxon_group
