-- Question: For which groups would assessing the Data Deficient species change the picture most?
-- Why: Data Deficient species are where an assessor's week buys most knowledge.
-- Reading: `span` is the width of the threatened share between its ends; at 0.2, new assessments could move the
--   share by a fifth. Groups with few assessed species have wide spans for want of species, so look at both
--   columns.
SELECT
    country_code,
    taxon_group,
    assessed_species,
    data_deficient,
    round(data_deficient / assessed_species, 3) AS data_deficient_share,
    round(threatened_share_range_high - threatened_share_range_low, 3) AS span
FROM metrics.threatened_species
WHERE data_deficient > 0
ORDER BY span DESC, data_deficient DESC, country_code, taxon_group
LIMIT 30
