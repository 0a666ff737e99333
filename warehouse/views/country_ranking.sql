-- Places of countries among all countries of this file, per metric, group and year; 1 is best. A view, because a rank
-- changes whenever a country joins, and a stored number must not.
SELECT
    value.metric,
    value.taxon_group,
    value.year,
    value.country_code,
    value.value,
    rank() OVER (
        PARTITION BY value.metric, value.taxon_group, value.year
        ORDER BY CASE metric.better WHEN 'higher' THEN -value.value ELSE value.value END
    ) AS rank,
    count(*) OVER (PARTITION BY value.metric, value.taxon_group, value.year) AS countries
FROM metrics.metric_value AS value
JOIN ops.metric AS metric ON metric.metric = value.metric
WHERE value.reportable AND value.value IS NOT NULL AND metric.better IS NOT NULL
