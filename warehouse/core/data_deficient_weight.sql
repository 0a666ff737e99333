-- What d Data Deficient species may weigh together when each has the weight of a species drawn at random, with
-- replacement, from the n species of its group whose weight is known: exactly, once per distinct pool and d. Each group has
-- two pools, without the species extinct in its first year and with them.
--   P(one draw weighs j) = n_j / n, j = 0 to 5        the total of d draws is the d-fold convolution of this
-- The convolution goes by squaring: the distribution of 1, 2, 4, 8 ... draws, multiplied where d has that binary digit.
-- A total counts as reached with probability a when P(total >= it) >= a - 1e-12; the margin absorbs rounding.
-- Source: Butchart et al. 2010, Science 328: 1164-1168, for the draws; SDG indicator metadata 15.5.1.
WITH RECURSIVE pool AS (
    SELECT DISTINCT
        weight_0, weight_1, weight_2, weight_3, weight_4, weight_5, data_deficient,
        weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 AS species
    FROM (
        SELECT weight_0, weight_1, weight_2, weight_3, weight_4, weight_5, data_deficient FROM core.red_list_tally
        UNION
        SELECT weight_0, weight_1, weight_2, weight_3, weight_4, weight_5 + first_extinct, data_deficient
        FROM core.red_list_tally
    )
    WHERE data_deficient > 0 AND weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 > 0
),

numbered AS (
    SELECT
        *,
        row_number() OVER (
            ORDER BY weight_0, weight_1, weight_2, weight_3, weight_4, weight_5, data_deficient
        ) AS pool_number
    FROM pool
),

one_draw AS (
    SELECT
        pool_number,
        data_deficient AS draws_left,
        unnest([0, 1, 2, 3, 4, 5]) AS total,
        unnest([weight_0, weight_1, weight_2, weight_3, weight_4, weight_5]) / species AS probability
    FROM numbered
),

opening AS (
    SELECT pool_number, draws_left, true AS is_square, CAST(total AS BIGINT) AS total, probability
    FROM one_draw
    WHERE probability > 0
    UNION ALL
    SELECT pool_number, data_deficient, false, 0, 1.0
    FROM numbered
),

doubling AS (
    SELECT pool_number, draws_left, is_square, total, probability FROM opening
    UNION ALL
    (
        SELECT
            known.pool_number,
            known.draws_left // 2 AS draws_left,
            known.is_square,
            known.total + coalesce(factor.total, 0) AS total,
            sum(known.probability * coalesce(factor.probability, 1.0)) AS probability
        FROM doubling AS known
        LEFT JOIN doubling AS factor
            ON known.pool_number = factor.pool_number
            AND factor.is_square
            AND (known.is_square OR known.draws_left % 2 = 1)
        WHERE known.draws_left > 0 AND NOT (known.is_square AND known.draws_left = 1)
        GROUP BY ALL
    )
),

tail AS (
    SELECT
        pool_number,
        total,
        sum(probability) OVER (
            PARTITION BY pool_number ORDER BY total DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS reached
    FROM doubling
    WHERE draws_left = 0 AND NOT is_square
)

SELECT
    numbered.weight_0,
    numbered.weight_1,
    numbered.weight_2,
    numbered.weight_3,
    numbered.weight_4,
    numbered.weight_5,
    numbered.data_deficient,
    max(total) FILTER (reached >= 0.025 - 1e-12) AS reached_by_p025,
    max(total) FILTER (reached >= 0.05 - 1e-12) AS reached_by_p05,
    max(total) FILTER (reached >= 0.5 - 1e-12) AS reached_by_p50,
    max(total) FILTER (reached >= 0.95 - 1e-12) AS reached_by_p95,
    max(total) FILTER (reached >= 0.975 - 1e-12) AS reached_by_p975
FROM tail
JOIN numbered ON tail.pool_number = numbered.pool_number
GROUP BY
    numbered.weight_0, numbered.weight_1, numbered.weight_2, numbered.weight_3, numbered.weight_4, numbered.weight_5,
    numbered.data_deficient
