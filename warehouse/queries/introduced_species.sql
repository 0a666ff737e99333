-- Question: How many of the species recorded in each country were brought there by people, group by group?
-- Why: invasive species are one of the five drivers of loss; target 6 of the framework asks to halve their
--   establishment.
-- Reading: introduced means that more than half of a species' records are marked introduced or managed. Publishers
--   mark few records, so these are lower bounds; introduced is not yet invasive.
SELECT
    country_code,
    coalesce(taxon_group, '(no group)') AS taxon_group,
    count(*) AS species,
    count(*) FILTER (is_introduced) AS introduced_species,
    round(count(*) FILTER (is_introduced) / count(*), 3) AS introduced_share
FROM core.species_status
GROUP BY country_code, taxon_group
HAVING introduced_species > 0
ORDER BY introduced_species DESC, country_code, taxon_group
