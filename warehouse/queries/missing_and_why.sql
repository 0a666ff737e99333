-- Question: Which numbers are missing, and what would fill them?
-- Why: a gap with a name can be closed; an empty cell cannot.
-- Reading: `withheld` counts values that may not be quoted, by reason, in how many countries, with an example.
--   `too_few_records` asks for recorders, `group_partly_assessed` for assessors, `no_data` for a publisher or an
--   own file (`ness load`).
SELECT
    metric,
    reason,
    count(*) AS withheld,
    count(DISTINCT country_code) AS countries,
    min(country_code) AS example_country,
    min(taxon_group) AS example_group
FROM metrics.metric_value
WHERE NOT reportable
GROUP BY metric, reason
ORDER BY countries DESC, withheld DESC, metric, reason
