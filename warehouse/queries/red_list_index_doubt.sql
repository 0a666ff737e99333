-- Question: Which group's Red List Index hangs most on species of which too little is known?
-- Why: between two groups with the same index, the one with more Data Deficient species is the one to study.
-- Reading: the latest value; `if_all_safe` and `if_all_critical` are the index if every Data Deficient species were
--   Least Concern or Critically Endangered, `span` is between them. `to_reassess` counts the species.
SELECT
    country_code,
    taxon_group,
    year,
    round(red_list_index, 3) AS red_list_index,
    round(red_list_index_if_dd_critically_endangered, 3) AS if_all_critical,
    round(red_list_index_if_dd_least_concern, 3) AS if_all_safe,
    round(red_list_index_if_dd_least_concern - red_list_index_if_dd_critically_endangered, 3) AS span,
    data_deficient_species AS to_reassess,
    species,
    coalesce(reason, 'may be quoted') AS verdict
FROM metrics.red_list_index
WHERE red_list_index IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY country_code, taxon_group ORDER BY year DESC NULLS FIRST) = 1
ORDER BY span DESC NULLS LAST, country_code, taxon_group
LIMIT 40
