-- Question: Where does protection miss the places that matter most for biodiversity?
-- Why: a country can pass 30 % with ice, desert and rock; key biodiversity areas (KBA) are sites of global
--   importance.
-- Reading: `kba_minus_land` below 0 means that KBAs are protected worse than the country on average. KBA coverage
--   is a mean over sites, land coverage a share of area, so the difference is a signal and no measurement.
WITH latest AS (
    SELECT country_code, metric, arg_max(value, year) AS value
    FROM metrics.metric_value
    WHERE
        metric IN ('land_protected_pct', 'kba_terrestrial_pct', 'kba_freshwater_pct', 'kba_mountain_pct')
        AND reportable
    GROUP BY country_code, metric
)

SELECT
    country.country_name AS country,
    round(max(value) FILTER (metric = 'land_protected_pct'), 1) AS land_pct,
    round(max(value) FILTER (metric = 'kba_terrestrial_pct'), 1) AS kba_terrestrial_pct,
    round(max(value) FILTER (metric = 'kba_freshwater_pct'), 1) AS kba_freshwater_pct,
    round(max(value) FILTER (metric = 'kba_mountain_pct'), 1) AS kba_mountain_pct,
    round(
        max(value) FILTER (metric = 'kba_terrestrial_pct') - max(value) FILTER (metric = 'land_protected_pct'), 1
    ) AS kba_minus_land
FROM latest
JOIN core.country AS country USING (country_code)
GROUP BY country.country_name
ORDER BY kba_minus_land NULLS LAST, country
