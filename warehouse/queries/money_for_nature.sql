-- Question: How much money for nature does each country have per square kilometre, and how much land does it protect?
-- Why: a protected area without money is a line on a map; target 19 of the framework asks for 200 billion dollars a
--   year.
-- Reading: means over the latest five years that have a number, in US dollars. `components` says what the sum
--   holds: aid alone leaves out what the country itself spends, so compare only countries with the same components.
WITH recent AS (
    SELECT country_code, year, biodiversity_finance_usd, biodiversity_finance_usd_per_km2, finance_components
    FROM metrics.conservation_finance
    WHERE finance_area_reportable
    QUALIFY row_number() OVER (PARTITION BY country_code ORDER BY year DESC) <= 5
),

protected AS (
    SELECT country_code, arg_max(value, year) AS land_protected_pct
    FROM metrics.metric_value
    WHERE metric = 'land_protected_pct' AND reportable
    GROUP BY country_code
)

SELECT
    country.country_name AS country,
    min(recent.year) AS first_year,
    max(recent.year) AS last_year,
    round(avg(recent.biodiversity_finance_usd) / 1e6, 2) AS million_usd_per_year,
    round(avg(recent.biodiversity_finance_usd_per_km2), 2) AS usd_per_km2,
    string_agg(DISTINCT recent.finance_components, ', ' ORDER BY recent.finance_components) AS components,
    round(any_value(protected.land_protected_pct), 1) AS land_protected_pct
FROM recent
JOIN core.country AS country USING (country_code)
LEFT JOIN protected USING (country_code)
GROUP BY country.country_name
ORDER BY usd_per_km2, country
