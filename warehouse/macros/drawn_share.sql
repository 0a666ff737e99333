-- drawn_share(x, m, n): the chance that a species with x of n records is among m records drawn without replacement,
-- 1 - C(n-x, m) / C(n, m); the term of one species in Hurlbert's ES(m), the expected number of species among m records.
-- NULL where there are fewer than m records. The form of missed_share keeps every digit for any n: the usual form with
-- log-gamma functions is wrong by 4.6 % for x = 3 of 10^8 records and has the wrong sign for x = 3 of 10^9.
-- Source: Hurlbert 1971, Ecology 52: 577-586.
CREATE OR REPLACE MACRO drawn_share(x, m, n) AS
    CASE
        WHEN n < m THEN NULL
        WHEN n - x < m THEN 1.0
        WHEN n - x - m >= 7
            THEN one_minus_exp(ln_missed(CAST(x AS DOUBLE), CAST(m AS DOUBLE), CAST(n AS DOUBLE)))
        ELSE 1 - missed_near_end(CAST(x AS DOUBLE), CAST(m AS DOUBLE), CAST(n AS DOUBLE))
    END;
