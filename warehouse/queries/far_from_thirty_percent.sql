-- Question: How much land must each country still protect to reach 30 % by 2030?
-- Why: target 3 of the Kunming-Montreal framework is 30 % of land and sea; square kilometres say what it takes.
-- Reading: `missing_km2` is 0 where the target is met. Coverage says nothing about where the areas lie or how well
--   they are managed; `protected_but_beside_the_point.sql` looks at the former.
WITH latest AS (
    SELECT country_code, max(year) AS year, arg_max(value, year) AS land_protected_pct
    FROM metrics.metric_value
    WHERE metric = 'land_protected_pct' AND reportable
    GROUP BY country_code
)

SELECT
    country.country_name AS country,
    latest.year,
    round(latest.land_protected_pct, 1) AS land_protected_pct,
    round(greatest(0, 30 - latest.land_protected_pct), 1) AS missing_pct,
    round(greatest(0, 30 - latest.land_protected_pct) / 100 * country.land_area_km2) AS missing_km2
FROM latest
JOIN core.country AS country USING (country_code)
ORDER BY missing_km2 DESC NULLS LAST, country
