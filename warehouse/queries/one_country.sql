-- Question: What does this file say about one country, in one list?
-- Why: a national expert wants everything about one country before asking for more; change KE to another code.
-- Reading: the latest value of each measure, with its group where it has one. A withheld value is shown with its
--   reason, because what may not be quoted still tells where data are missing. `ness metrics NAME` defines a
--   measure.
SELECT
    metric,
    coalesce(taxon_group, '') AS taxon_group,
    year,
    value,
    lower,
    upper,
    unit,
    coalesce(reason, 'may be quoted') AS verdict
FROM metrics.metric_value
WHERE country_code = 'KE' AND (taxon_group IN ('animals', 'plants', 'fungi', 'all') OR taxon_group IS NULL)
QUALIFY row_number() OVER (PARTITION BY metric, taxon_group ORDER BY year DESC NULLS FIRST) = 1
ORDER BY metric, taxon_group
