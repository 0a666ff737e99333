-- Question: How far is the country's Red List Index here from the one that the United Nations publish?
-- Why: whoever quotes one will be asked about the other; SDG indicator 15.5.1 is the official number.
-- Reading: the latest year that both describe, for all groups together. The official index rests on five groups
--   worldwide with range maps; the index here on the groups and range shares of this file (`groups` says how many).
--   Beyond 0.05, look first at how species are weighted: `all_species_alike` counts each once.
SELECT
    country.country_name AS country,
    own.year,
    round(own.red_list_index, 3) AS weighted_by_range,
    round(own.red_list_index_unweighted, 3) AS all_species_alike,
    round(own.official_red_list_index, 3) AS official,
    round(own.difference_from_official, 3) AS difference,
    own.official_red_list_index BETWEEN own.red_list_index_lower AND own.red_list_index_upper AS is_within_bounds,
    own.groups,
    coalesce(own.reason, own.difference_reason, 'may be quoted') AS verdict
FROM metrics.red_list_index AS own
JOIN core.country AS country USING (country_code)
WHERE own.taxon_group = 'all' AND own.official_red_list_index IS NOT NULL
QUALIFY
    row_number() OVER (
        PARTITION BY own.country_code ORDER BY own.red_list_index IS NULL, own.year DESC
    ) = 1
ORDER BY abs(difference) DESC NULLS LAST, country
