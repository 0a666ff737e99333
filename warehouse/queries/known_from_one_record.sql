-- Question: For which groups is a country's species list still far from complete?
-- Why: when many species are known from a single record, many more are known from none; Chao (1984) builds on just
--   that.
-- Reading: `unseen_at_least` = f1 (f1 - 1) / (2 (f2 + 1)), with f1 species of one record and f2 of two: a lower
--   bound on the species still to find with the same kind of recording. Below 20 records the number means nothing
--   and is left out.
WITH counted AS (
    SELECT
        species.country_code,
        unnest(reporting_groups(species.taxon_group, member.roll_up)) AS taxon_group,
        species.occurrences
    FROM core.country_species AS species
    JOIN core.taxon_group AS member ON species.taxon_group = member.taxon_group
    WHERE species.occurrences > 0
)

SELECT
    country_code,
    taxon_group,
    count(*) AS species,
    count(*) FILTER (occurrences = 1) AS once,
    count(*) FILTER (occurrences = 2) AS twice,
    round(count(*) FILTER (occurrences = 1) / count(*), 3) AS share_known_once,
    round(
        count(*) FILTER (occurrences = 1) * (count(*) FILTER (occurrences = 1) - 1)
        / (2 * (count(*) FILTER (occurrences = 2) + 1)),
        1
    ) AS unseen_at_least
FROM counted
GROUP BY country_code, taxon_group
HAVING sum(occurrences) >= 20
ORDER BY share_known_once DESC, country_code, taxon_group
