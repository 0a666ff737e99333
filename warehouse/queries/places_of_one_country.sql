-- Question: In which numbers is a country among the first or the last of this file?
-- Why: strengths to keep and weaknesses to mend, at a glance; change KE to another code.
-- Reading: rank 1 is best. A rank depends on which countries are in the file, so it is never stored, and a rank
--   among three countries means little.
SELECT
    metric,
    coalesce(taxon_group, '') AS taxon_group,
    year,
    value,
    rank,
    countries
FROM metrics.country_ranking
WHERE country_code = 'KE' AND countries > 1
QUALIFY row_number() OVER (PARTITION BY metric, taxon_group ORDER BY year DESC NULLS FIRST) = 1
ORDER BY rank / countries, metric, taxon_group
