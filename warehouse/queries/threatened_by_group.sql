-- Question: Which groups of a country's species are most threatened, and which of these shares may be quoted?
-- Why: the share threatened is the number that everyone asks for and the easiest one to get wrong.
-- Reading: `lower` counts no Data Deficient species as threatened, `upper` all of them, so the truth lies between.
--   Quote a share only where `verdict` says so: elsewhere too few species of the group were assessed here or
--   worldwide.
SELECT
    country_code,
    taxon_group,
    known_species,
    assessed_species,
    threatened_species,
    round(threatened_share_lower, 3) AS lower,
    round(threatened_share, 3) AS best,
    round(threatened_share_upper, 3) AS upper,
    coalesce(reason, 'may be quoted') AS verdict
FROM metrics.threatened_species
WHERE assessed_species > 0
ORDER BY country_code, reason NULLS FIRST, threatened_share DESC NULLS LAST, taxon_group
