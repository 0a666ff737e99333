-- Question: Which pillars hold each country's index down?
-- Why: a plan starts from the two or three weakest pillars, and not from the index as a whole.
-- Reading: the three lowest scores of the latest year in which the index may be quoted, 0 is worst and 1 best; the
--   goalposts behind a score are in `metrics.index_definition`. A pillar without enough data has no score and is
--   not here, see `missing_and_why.sql`.
WITH latest AS (
    SELECT country_code, max(year) AS year
    FROM metrics.eco_security_index
    WHERE reportable
    GROUP BY country_code
)

SELECT
    pillar.country_code,
    pillar.year,
    row_number() OVER (PARTITION BY pillar.country_code ORDER BY pillar.score, pillar.pillar) AS weakest,
    pillar.half,
    pillar.pillar,
    round(pillar.score, 3) AS score
FROM metrics.index_pillar AS pillar
JOIN latest USING (country_code, year)
WHERE pillar.reportable
QUALIFY weakest <= 3
ORDER BY pillar.country_code, weakest
