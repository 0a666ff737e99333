-- Places of states by their eco-security index, year by year, and how the choices behind the index move them.
--   best_rank, worst_rank = best and worst place under the definition and every named choice of metrics.index_choice, one
--   change at a time
-- A view, because a rank changes whenever a country joins, and a stored number must not.
WITH scored AS (
    SELECT country_code, year, 'as defined' AS choice, eco_security_index
    FROM metrics.eco_security_index
    WHERE reportable
    UNION ALL
    SELECT country_code, year, choice, eco_security_index FROM metrics.index_choice WHERE eco_security_index IS NOT NULL
),

placed AS (
    SELECT
        country_code,
        year,
        choice,
        rank() OVER (PARTITION BY year, choice ORDER BY eco_security_index DESC) AS rank,
        count(*) OVER (PARTITION BY year, choice) AS countries
    FROM scored
),

ranged AS (
    SELECT
        country_code,
        year,
        max(rank) FILTER (choice = 'as defined') AS rank,
        min(rank) AS best_rank,
        max(rank) AS worst_rank,
        arg_min(choice, (-rank, choice)) FILTER (choice <> 'as defined') AS worst_choice,
        arg_min(choice, (rank, choice)) FILTER (choice <> 'as defined') AS best_choice,
        max(countries) FILTER (choice = 'as defined') AS countries
    FROM placed
    GROUP BY country_code, year
)

SELECT
    own.year,
    own.country_code,
    own.eco_security_index,
    own.index_range_low,
    own.index_range_high,
    own.index_missing_low,
    own.index_missing_high,
    own.coverage,
    own.index_range_low AS index_lower,
    own.index_range_high AS index_upper,
    ranged.rank,
    ranged.best_rank,
    ranged.worst_rank,
    CASE WHEN ranged.best_rank < ranged.rank THEN ranged.best_choice END AS best_choice,
    CASE WHEN ranged.worst_rank > ranged.rank THEN ranged.worst_choice END AS worst_choice,
    ranged.countries
FROM metrics.eco_security_index AS own
JOIN ranged ON own.country_code = ranged.country_code AND own.year = ranged.year
WHERE own.reportable
