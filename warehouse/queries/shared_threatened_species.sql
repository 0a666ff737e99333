-- Question: Which pairs of countries share most threatened species?
-- Why: species cross borders; two countries that share many have a reason to plan together.
-- Reading: species are counted when both countries have them as native. Only countries in this file are compared,
--   and richer, better recorded countries share more with everyone: `share_of_smaller` corrects for that.
WITH native AS (
    SELECT country_code, species_key
    FROM core.species_status
    WHERE is_threatened(red_list_category) AND NOT is_introduced
),

total AS (
    SELECT country_code, count(*) AS species
    FROM native
    GROUP BY country_code
)

SELECT
    one.country_code AS country,
    other.country_code AS neighbour,
    count(*) AS shared_threatened_species,
    round(count(*) / least(any_value(total.species), any_value(total_other.species)), 3) AS share_of_smaller
FROM native AS one
JOIN native AS other ON one.species_key = other.species_key AND one.country_code < other.country_code
JOIN total ON total.country_code = one.country_code
JOIN total AS total_other ON total_other.country_code = other.country_code
GROUP BY one.country_code, other.country_code
ORDER BY shared_threatened_species DESC, country, neighbour
LIMIT 30
