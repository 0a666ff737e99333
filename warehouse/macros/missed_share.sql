-- missed_share(x, m, n): the chance that a species with x of n records is not among m of them, C(n-x, m) / C(n, m), for
-- any m from 0 to n, whole or not: the product of 1 - m / (n-j) over j = 0 .. x-1.
-- Stirling's series stands for the gamma functions, its large parts cancelled by hand so that x and m are alike and no
-- digits are lost for any of them; see drawn_share for what the usual form does. Near n - x, where the series fails, the
-- last eight factors are multiplied instead.
-- Source: Chao & Jost 2012, Ecology 93: 2533-2547; NIST Digital Library of Mathematical Functions 5.10.1.
-- ln(gamma(z)) - (z - 1/2) ln(z) + z - ln(2 pi) / 2, exact to the last digits from z = 8 on
CREATE OR REPLACE MACRO stirling_rest(z) AS
    1 / 12e0 / (z + 1 / 30e0 / (z + 53 / 210e0 / (z + 195 / 371e0 / (z + 22999 / 22737e0 / (z + 29944523 / 19733142e0 / z)))));

-- ln(C(n-x, m) / C(n, m)) for n - x - m >= 7. Its first line is (n-x-m+1/2) ln(1 + x m / ((n+1) (n-x-m+1))), its second
-- x ln(1 - m / (n+1)) + m ln(1 - x / (n+1)); see accurate_logarithm.
CREATE OR REPLACE MACRO ln_missed(x, m, n) AS
    2 * ((n - x - m + 0.5e0) * atanh(x * m / (2 * (n + 1) * (n - x - m + 1) + x * m))
    - x * atanh(m / (2 * n + 2 - m)) - m * atanh(x / (2 * n + 2 - x)))
    + stirling_rest(n - x + 1) + stirling_rest(n - m + 1) - stirling_rest(n + 1) - stirling_rest(n - x - m + 1);

CREATE OR REPLACE MACRO missed_factor(j, x, m, n) AS
    CASE WHEN x > j THEN 1 - m / (n - x + 1 + j) ELSE 1 END;

CREATE OR REPLACE MACRO missed_by_last_eight(x, m, n) AS
    missed_factor(0, x, m, n) * missed_factor(1, x, m, n) * missed_factor(2, x, m, n) * missed_factor(3, x, m, n)
    * missed_factor(4, x, m, n) * missed_factor(5, x, m, n) * missed_factor(6, x, m, n) * missed_factor(7, x, m, n);

CREATE OR REPLACE MACRO missed_near_end(x, m, n) AS
    missed_by_last_eight(x, m, n) * exp(ln_missed(greatest(x - 8, 0), m, n));

CREATE OR REPLACE MACRO missed_share_of_doubles(x, m, n) AS
    CASE
        WHEN n - x - m >= 7 THEN exp(ln_missed(x, m, n))
        WHEN m >= n - x + 1 AND x > 0 THEN 0
        ELSE missed_near_end(x, m, n)
    END;

CREATE OR REPLACE MACRO missed_share(x, m, n) AS
    missed_share_of_doubles(CAST(x AS DOUBLE), CAST(m AS DOUBLE), CAST(n AS DOUBLE));
