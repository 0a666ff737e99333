-- unseen_entropy(f1, f2, n): what the species not seen add to the Shannon entropy of n records,
--   (f1/n) (1-A)^(1-n) { -ln A - sum of (1-A)^r / r over r = 1 .. n-1 },   A = 2 f2 / ((n-1) f1 + 2 f2),
-- or with f2 = 0 A = 2 / ((n-1) (f1-1) + 2). Written so, it adds n terms and loses all digits. It equals
--   (f1/n) times the sum of q^k / (n-1+k) over k = 1, 2, ...,   q = 1-A,
-- which is found, for (n-1) A <= 2, from sum q^r / r = H(n-1) - sum of (-1)^(j+1) C(n-1, j) A^j / j over j = 1, 2, ...,
-- and else from Gauss's continued fraction, (q/n) 2F1(1, n; n+1; q).
-- Source: Chao, Wang & Jost 2013, Methods in Ecology and Evolution 4: 1091-1100; NIST Digital Library of Mathematical
-- Functions 15.7.
CREATE OR REPLACE MACRO unseen_entropy_series(a, n) AS
    power(1 - a, 1 - n) * (
        -ln(a) - (digamma(n) + 0.57721566490153286e0)
        + list_reduce(
            range(1, 41),
            lambda acc, j: struct_pack(
                term := -acc.term * (n - j) * a / j,
                total := acc.total - acc.term * (n - j) * a / j / j
            ),
            struct_pack(term := -1e0, total := 0e0)
        ).total
    );

CREATE OR REPLACE MACRO unseen_entropy_fraction(a, n) AS
    (1 - a) / n / list_reduce(
        range(160, 0, -1),
        lambda acc, j: 1 - CASE
            WHEN j % 2 = 0 THEN (j / 2) * (j / 2) / ((n + j - 1) * (n + j))
            ELSE (n + (j - 1) / 2) * (n + (j - 1) / 2) / ((n + j - 1) * (n + j))
        END * (1 - a) / acc,
        1e0
    );

CREATE OR REPLACE MACRO unseen_entropy(f1, f2, n) AS
    CASE
        WHEN f1 = 0 OR n < 2 OR unseen_ratio(f1, f2, n) = 0 THEN 0e0
        WHEN (n - 1) * seen_ratio(f1, f2, n) <= 2 THEN f1 / n * unseen_entropy_series(seen_ratio(f1, f2, n), CAST(n AS DOUBLE))
        ELSE f1 / n * unseen_entropy_fraction(seen_ratio(f1, f2, n), CAST(n AS DOUBLE))
    END;
