-- Question: At the pace of its own recent years, when does each country reach 30 % of protected land?
-- Why: a country at 17 % that gains 1 point a year is in another place than one at 20 % that gains none.
-- Reading: a straight line through all years of the file (least squares), drawn on. An empty `reaches_30_pct_in`
--   means that coverage does not grow, or has passed 30 %. Jumps are often late reporting rather than new areas.
WITH fitted AS (
    SELECT
        country_code,
        min(year) AS first_year,
        max(year) AS last_year,
        arg_max(value, year) AS latest_pct,
        regr_slope(value, year) AS points_per_year
    FROM metrics.metric_value
    WHERE metric = 'land_protected_pct' AND reportable
    GROUP BY country_code
    HAVING count(*) >= 3
)

SELECT
    country.country_name AS country,
    first_year,
    last_year,
    round(latest_pct, 1) AS latest_pct,
    round(points_per_year, 2) AS points_per_year,
    CASE
        WHEN latest_pct < 30 AND points_per_year > 0.01
            THEN CAST(ceil(last_year + (30 - latest_pct) / points_per_year) AS BIGINT)
    END AS reaches_30_pct_in
FROM fitted
JOIN core.country AS country USING (country_code)
ORDER BY reaches_30_pct_in NULLS LAST, country
