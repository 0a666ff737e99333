-- Question: How much land must each country still protect to reach 30 % by 2030?
-- Why: target 3 of the Kunming-Montreal framework is 30 % of land and sea; square kilometres say what it takes.
-- Reading: `counts` says what `pct` holds: with other effective conservation measures (OECM), which count towards the
--   target (indicator 3.1, only by Protected Planet), or protected areas alone, where `missing_km2` is too high.
--   `missing_km2` is 0 where the target is met. Coverage says nothing about where the areas lie or how well they are
--   managed; `protected_but_beside_the_point.sql` looks at the former.
WITH latest AS (
    SELECT country_code, metric, max(year) AS year, arg_max(value, year) AS pct
    FROM metrics.metric_value
    WHERE metric IN ('land_conserved_pct', 'land_protected_pct') AND reportable
    GROUP BY country_code, metric
    QUALIFY row_number() OVER (PARTITION BY country_code ORDER BY metric = 'land_conserved_pct' DESC) = 1
)

SELECT
    country.country_name AS country,
    latest.year,
    CASE latest.metric WHEN 'land_conserved_pct' THEN 'with other measures' ELSE 'protected areas alone' END AS counts,
    round(latest.pct, 1) AS pct,
    round(greatest(0, 30 - latest.pct), 1) AS missing_pct,
    round(greatest(0, 30 - latest.pct) / 100 * country.land_area_km2) AS missing_km2
FROM latest
JOIN core.country AS country USING (country_code)
ORDER BY missing_km2 DESC NULLS LAST, country
