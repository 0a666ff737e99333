-- Question: Whose money for nature does each country have per square kilometre, and how much land does it protect?
-- Why: a protected area without money is a line on a map; target 19 of the framework asks for 200 billion dollars a
--   year.
-- Reading: means over the latest five years that have a number, in US dollars per km2. `aid_received` is money of
--   others and answers need, `own_spending` is the country's budget, and most countries publish none: a dash is not
--   zero. The two are never added, and countries stand in the order of their names, for aid is no rank.
WITH money AS (
    SELECT country_code, metric, year, value
    FROM metrics.metric_value
    WHERE
        metric IN ('biodiversity_aid_received_usd_per_km2', 'domestic_biodiversity_finance_usd_per_km2')
        AND reportable
    QUALIFY row_number() OVER (PARTITION BY country_code, metric ORDER BY year DESC) <= 5
),

protected AS (
    SELECT country_code, arg_max(value, year) AS land_protected_pct
    FROM metrics.metric_value
    WHERE metric = 'land_protected_pct' AND reportable
    GROUP BY country_code
)

SELECT
    country.country_name AS country,
    max(money.year) AS last_year,
    round(avg(money.value) FILTER (money.metric = 'biodiversity_aid_received_usd_per_km2'), 2) AS aid_received,
    round(avg(money.value) FILTER (money.metric = 'domestic_biodiversity_finance_usd_per_km2'), 2) AS own_spending,
    round(any_value(protected.land_protected_pct), 1) AS land_protected_pct
FROM money
JOIN core.country AS country USING (country_code)
LEFT JOIN protected USING (country_code)
GROUP BY country.country_name
ORDER BY country
