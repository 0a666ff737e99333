-- missed_share(x, m, n): the chance that a species with x of n records is not among m of them, C(n-x, m) / C(n, m), for
-- any m from 0 to n, whole or not: the product of 1 - m / (n-j) over j = 0 .. x-1.
-- The last ten factors are multiplied. Stirling's series stands for the others, its large parts cancelled by hand, so
-- that few digits are lost for any n; see drawn_share for what the usual form does.
-- Source: Chao & Jost 2012, Ecology 93: 2533-2547; NIST Digital Library of Mathematical Functions 5.11.1.
CREATE OR REPLACE MACRO stirling_rest(z) AS
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * z * z)) / (z * z)) / (z * z)) / (z * z)) / z;

-- ln(gamma(z) / gamma(z-x)) - x ln(z) for z - x >= 10
CREATE OR REPLACE MACRO ln_falling_rest(x, z) AS
    (0.5e0 + x - z) * ln_one_plus(-x / z) - x + stirling_rest(z) - stirling_rest(z - x);

CREATE OR REPLACE MACRO missed_by_many(x, m, n) AS
    exp(x * ln_one_plus(-m / (n + 1)) + ln_falling_rest(x, n - m + 1) - ln_falling_rest(x, n + 1));

CREATE OR REPLACE MACRO missed_factor(j, x, m, n) AS
    CASE WHEN x > j THEN 1 - m / (n - x + 1 + j) ELSE 1e0 END;

CREATE OR REPLACE MACRO missed_by_last_ten(x, m, n) AS
    missed_factor(0, x, m, n) * missed_factor(1, x, m, n) * missed_factor(2, x, m, n) * missed_factor(3, x, m, n)
    * missed_factor(4, x, m, n) * missed_factor(5, x, m, n) * missed_factor(6, x, m, n) * missed_factor(7, x, m, n)
    * missed_factor(8, x, m, n) * missed_factor(9, x, m, n);

CREATE OR REPLACE MACRO missed_share(x, m, n) AS
    CASE
        WHEN m >= n - x + 1 THEN CASE WHEN x > 0 THEN 0e0 ELSE 1e0 END
        WHEN x <= 10 THEN missed_by_last_ten(x, CAST(m AS DOUBLE), n)
        ELSE missed_by_last_ten(x, CAST(m AS DOUBLE), n)
            * missed_by_many(CAST(x - 10 AS DOUBLE), CAST(m AS DOUBLE), CAST(n AS DOUBLE))
    END;
