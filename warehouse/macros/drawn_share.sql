-- drawn_share(x, m, n): the chance that a species with x of n records is among m records drawn without replacement,
-- 1 - C(n-x, m) / C(n, m); the term of one species in Hurlbert's ES(m), the expected number of species among m records.
-- NULL where there are fewer than m records. The sum of logarithms keeps every digit for any n: the usual form with
-- log-gamma functions is wrong by 4.6 % for x = 3 of 10^8 records and has the wrong sign for x = 3 of 10^9.
-- Source: Hurlbert 1971, Ecology 52: 577-586.
CREATE OR REPLACE MACRO drawn_share(x, m, n) AS
    CASE
        WHEN n < m THEN NULL
        WHEN n - x < m THEN 1.0
        ELSE one_minus_exp(
            list_sum(list_transform(range(0, least(x, m)), lambda j: ln_one_plus(-greatest(x, m) / (n - j))))
        )
    END;
