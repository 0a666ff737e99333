-- Places of countries by their eco-security index, year by year, with the range of places that their ranges allow.
--   best_rank  = 1 + countries whose whole range lies above     worst_rank = countries - those whose whole range lies below
-- A view, because a rank changes whenever a country joins, and a stored number must not.
WITH scored AS (
    SELECT year, country_code, eco_security_index, index_range_low, index_range_high
    FROM metrics.eco_security_index
    WHERE reportable
)

SELECT
    own.year,
    own.country_code,
    own.eco_security_index,
    own.index_range_low,
    own.index_range_high,
    own.index_range_low AS index_lower,
    own.index_range_high AS index_upper,
    1 + count(*) FILTER (other.eco_security_index > own.eco_security_index) AS rank,
    1 + count(*) FILTER (other.index_range_low > own.index_range_high) AS best_rank,
    count(*) - count(*) FILTER (other.index_range_high < own.index_range_low) AS worst_rank,
    count(*) AS countries
FROM scored AS own
JOIN scored AS other ON own.year = other.year
GROUP BY own.year, own.country_code, own.eco_security_index, own.index_range_low, own.index_range_high
