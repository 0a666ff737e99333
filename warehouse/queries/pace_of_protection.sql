-- Question: At the pace of its own recent years, when does each country reach 30 % of protected land?
-- Why: a country at 17 % that gains 1 point a year is in another place than one at 20 % that gains none.
-- Reading: a straight line through the years of one publisher (least squares), drawn on; of several publishers of a
--   country the one of the latest year. An empty `reaches_30_pct_in` means that coverage does not grow, or has
--   passed 30 %. Jumps are often late reporting rather than new areas; protected areas alone, without OECMs.
WITH fitted AS (
    SELECT
        country_code,
        land_protected_publisher AS publisher,
        min(year) AS first_year,
        max(year) AS last_year,
        arg_max(land_protected_pct, year) AS latest_pct,
        regr_slope(land_protected_pct, year) AS points_per_year
    FROM metrics.protected_area_coverage
    WHERE land_reportable
    GROUP BY country_code, land_protected_publisher
    HAVING count(*) >= 3
    QUALIFY row_number() OVER (PARTITION BY country_code ORDER BY last_year DESC, publisher) = 1
)

SELECT
    country.country_name AS country,
    publisher,
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
