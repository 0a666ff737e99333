-- Question: In which groups are a country's species sliding towards extinction, and is the slide real?
-- Why: a falling Red List Index is the field's alarm; one that falls because assessors learned more is none.
-- Reading: the index, every species counted alike, in the first and the last year in which the group was assessed as a
--   whole, and its change per decade. Quote it only where `verdict` says so: `changes_not_explained` means that no
--   source tells genuine changes from new knowledge. A group assessed in one year has no trend and is not here.
WITH assessed AS (
    SELECT
        country_code,
        taxon_group,
        min(year) AS first_year,
        max(year) AS last_year,
        arg_min(red_list_index_unweighted, year) AS first_index,
        arg_max(red_list_index_unweighted, year) AS last_index,
        arg_max(coalesce(unweighted_reason, ''), year) AS reason,
        min(change_policy) AS change_policy,
        arg_max(genuine_changes, year) AS genuine_changes,
        arg_max(species, year) AS species
    FROM metrics.red_list_index
    WHERE value_kind = 'assessed' AND red_list_index_unweighted IS NOT NULL
    GROUP BY country_code, taxon_group
)

SELECT
    country_code,
    taxon_group,
    species,
    first_year,
    last_year,
    round(first_index, 4) AS first_index,
    round(last_index, 4) AS last_index,
    round(10 * (last_index - first_index) / (last_year - first_year), 4) AS change_per_decade,
    genuine_changes,
    CASE
        WHEN change_policy = 'as_published' THEN 'changes_not_explained'
        WHEN reason <> '' THEN reason
        WHEN genuine_changes < 10 THEN 'too_few_genuine_changes'
        ELSE 'may be quoted'
    END AS verdict
FROM assessed
WHERE last_year > first_year
ORDER BY change_per_decade, country_code, taxon_group
