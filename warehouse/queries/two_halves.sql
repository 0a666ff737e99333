-- Question: Which countries have strong law over weak ecosystems, and which the reverse?
-- Why: the index is a geometric mean of its halves, so the weaker half is where a country gains most.
-- Reading: the latest year that may be quoted. `gap` is the ecological minus the security half; where the ranges of
--   the halves overlap (`are_apart` is no), the difference says nothing. `coverage` is the share of the
--   components that had data.
SELECT
    country.country_name AS country,
    latest.year,
    round(latest.eco_security_index, 3) AS "index",
    round(latest.ecological_system, 3) AS ecological,
    round(latest.security_system, 3) AS security,
    round(latest.ecological_system - latest.security_system, 3) AS gap,
    latest.ecological_range_low > latest.security_range_high OR latest.security_range_low > latest.ecological_range_high
        AS are_apart,
    round(latest.coverage, 2) AS coverage
FROM metrics.eco_security_index AS latest
JOIN core.country AS country USING (country_code)
WHERE latest.reportable
QUALIFY row_number() OVER (PARTITION BY latest.country_code ORDER BY latest.year DESC) = 1
ORDER BY gap, country
