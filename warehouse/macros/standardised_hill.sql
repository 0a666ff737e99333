-- Hill numbers of order 1 and 2 at the sample size at which standardised_richness reads richness; the arguments are as there.
--   hill_1_at(m) = exp of the entropy expected in m records, - sum over k of (k/u) ln(k/u) f_k(m), where f_k(m) is the
--   number of species expected to have k of them and u = total m / n; for m not whole, between the two whole ones linearly.
--   Beyond n it rises from the observed number D towards the asymptotic one A: D + (A - D) (1 - (1-b)^(m-n)), where the
--   slope b = (D - D(n-1)) / (A - D(n-1)) is that of the last record.
--   hill_2_at(m) = 1 / (1/u + (m-1)/m sum of species x (x-1) n / (total^2 (n-1))), within the sample and beyond
-- Source: Chao et al. 2014, Ecological Monographs 84: 45-67; Hsieh, Ma & Chao 2016, Methods in Ecology and Evolution 7:
-- 1451-1456 (iNEXT, whose version 3 goes beyond the sample so).

-- The entropy is ln(u) - sum of species (x / total) times the mean of ln(1 + j), where j of the species' other x - 1 records
-- are among m - 1 drawn from the other n - 1. These macros find that mean for j of a among b drawn from n.
CREATE OR REPLACE MACRO drawn_variance(a, b, n) AS
    a / n * b * ((n - a) / n) * ((n - b) / (n - 1));

-- The engine may ask for the mean also where a CASE around it does not want it, with arguments that have none: it is NULL there.

-- How far from its mean j can be: beyond, it is less likely than 1e-17 (Bernstein's inequality).
CREATE OR REPLACE MACRO drawn_reach(a, b, n) AS
    13 + sqrt(169 + 78 * drawn_variance(a, b, n));

CREATE OR REPLACE MACRO least_drawn(a, b, n) AS
    TRY_CAST(greatest(0, a + b - n, floor(a / n * b - drawn_reach(a, b, n))) AS BIGINT);

CREATE OR REPLACE MACRO most_drawn(a, b, n) AS
    TRY_CAST(least(a, b, ceil(a / n * b + drawn_reach(a, b, n))) AS BIGINT);

-- From the last j back to the first by the ratio of their chances.
CREATE OR REPLACE MACRO drawn_ratio(j, a, b, n) AS
    (a - j + 1) * (b - j + 1) / (j * (n - a - b + j));

CREATE OR REPLACE MACRO mean_ln_by_ratio(a, b, n) AS
    list_transform(
        [list_reduce(
            range(most_drawn(a, b, n), least_drawn(a, b, n), -1),
            lambda sums, j: struct_pack(
                chance := 1 + drawn_ratio(j, a, b, n) * sums.chance, ln := ln(j) + drawn_ratio(j, a, b, n) * sums.ln
            ),
            struct_pack(chance := 1e0, ln := ln(1e0 + most_drawn(a, b, n)))
        )],
        lambda sums: sums.ln / sums.chance
    )[1];

-- Where the variance is large, every so many numbers stand for all: j is a sum of independent yes and no, so that the others
-- change the mean by no more than exp(-variance (1 - cos(2 pi / step))) = exp(-36). The chance, but for a factor, is by
-- Stirling's series for the four factorials of C(a, j) C(n-a, b-j), each less its value at the mean to keep the digits.
CREATE OR REPLACE MACRO unlikely(z, mean) AS
    2 * z * atanh((z - mean) / (z + mean)) - (z - mean) + ln(z) / 2 + stirling_rest(z);

CREATE OR REPLACE MACRO drawn_chance(j, a, b, n) AS
    exp(
        -unlikely(j, a / n * b) - unlikely(a - j, a / n * (n - b)) - unlikely(b - j, b / n * (n - a))
        - unlikely(n - a - b + j, (n - a) / n * (n - b))
    );

CREATE OR REPLACE MACRO mean_ln_by_steps(a, b, n) AS
    list_transform(
        [list_transform(
            range(
                least_drawn(a, b, n), most_drawn(a, b, n), TRY_CAST(2 * pi() / acos(1 - 36 / drawn_variance(a, b, n)) AS BIGINT)
            ),
            lambda j: struct_pack(chance := drawn_chance(j, a, b, n), ln := ln(1 + j))
        )],
        lambda steps: list_sum(list_transform(steps, lambda one: one.chance * one.ln))
            / list_sum(list_transform(steps, lambda one: one.chance))
    )[1];

CREATE OR REPLACE MACRO rarefied_entropy(frequencies, m, n, total) AS
    ln(m / n * total) - list_sum(list_transform(frequencies, lambda f: f.species * f.x / total * CASE
        WHEN f.x = 1 OR m = 1 THEN 0
        WHEN drawn_variance(f.x - 1, m - 1, n - 1) < 2500 THEN mean_ln_by_ratio(f.x - 1, m - 1, n - 1)
        ELSE mean_ln_by_steps(f.x - 1, m - 1, n - 1)
    END));

CREATE OR REPLACE MACRO rarefied_hill_1(frequencies, m, n, total) AS
    list_sum(list_transform(
        [floor(m), floor(m) + 1], lambda whole: (1 - abs(m - whole)) * exp(rarefied_entropy(frequencies, whole, n, total))
    ));

-- What the last record added to the entropy: that of n records less that of n - 1, without losing digits.
CREATE OR REPLACE MACRO last_entropy(frequencies, n, total) AS
    list_sum(list_transform(frequencies, lambda f: f.species * f.x / total * (
        CASE WHEN f.x > 1 THEN (f.x - 1) / (n - 1) * ln_one_plus(-1 / f.x) ELSE 0 END - ln_one_plus(-1e0 / n)
    )));

-- hill_1_at(m) for m from n on, `beyond` = m - n; last = last_entropy, and 1 - b = (A - D) / (A - D + D - D(n-1)).
CREATE OR REPLACE MACRO extrapolated_hill_1(observed, asymptotic, last, beyond) AS
    CASE
        WHEN beyond = 0 OR asymptotic <= observed THEN observed
        ELSE observed + (asymptotic - observed)
            * (1 - power((asymptotic - observed) / (asymptotic - observed + observed * one_minus_exp(-last)), beyond))
    END;

CREATE OR REPLACE MACRO hill_2_at(frequencies, m, n, total) AS
    1 / (
        n / (m * total)
        + (m - 1) / m * (n / (n - 1))
        * list_sum(list_transform(frequencies, lambda f: f.species * (f.x / total) * ((f.x - 1) / total)))
    );
