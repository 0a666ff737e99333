-- What each choice behind the eco-security index does to the index and to the places of states, year by year.
--   rank_change = mean over states of |rank under the choice - rank as defined|, both among the states that have both
-- A view, because a rank changes whenever a country joins, and a stored number must not.
-- Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), step 7: average shift in rank.
WITH placed AS (
    SELECT
        other.year,
        other.choice,
        other.country_code,
        other.eco_security_index - own.eco_security_index AS change,
        rank() OVER (PARTITION BY other.year, other.choice ORDER BY other.eco_security_index DESC)
        - rank() OVER (PARTITION BY other.year, other.choice ORDER BY own.eco_security_index DESC) AS moved
    FROM metrics.index_choice AS other
    JOIN metrics.eco_security_index AS own ON other.country_code = own.country_code AND other.year = own.year
    WHERE own.reportable AND other.eco_security_index IS NOT NULL
)

SELECT
    year,
    choice,
    count(*) AS countries,
    avg(abs(change)) AS index_change,
    avg(abs(moved)) AS rank_change,
    max(abs(moved)) AS largest_rank_change,
    arg_max(country_code, (abs(moved), country_code)) FILTER (moved <> 0) AS moved_most
FROM placed
GROUP BY year, choice
