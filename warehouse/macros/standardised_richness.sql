-- Richness at a common sample coverage: what the country's records would show if the recorders had stopped at, or gone on
-- to, the sample size m at which the species seen hold a given share of all individuals. Frequencies are a list of
-- {x, species}: how many species have x records (or are seen in x sampling units) of n; total as in sample_coverage.
--   coverage_at(m) = 1 - sum of species (x / total) C(n-x, m) / C(n-1, m) up to n; beyond 1 - (f1/total) A^(m-n+1)
--   richness_at(m) = sum of species (1 - C(n-x, m) / C(n, m)) up to n; beyond S + f0 (1 - (1 - f1/(n f0 + f1))^(m-n))
-- with f0 the unseen species of chao_richness and A as in sample_coverage. size_at_coverage solves coverage_at(m) =
-- coverage for m >= 1, not rounded: up to n by Newton's steps from m = 0, which cannot overshoot because the function is
-- concave, first on a near and quick form of it, then on itself; beyond n directly.
-- Source: Chao & Jost 2012, Ecology 93: 2533-2547; Chao et al. 2014, Ecological Monographs 84: 45-67.
CREATE OR REPLACE MACRO uncovered_within(frequencies, m, n, total) AS
    list_sum(list_transform(frequencies, lambda f: f.species * f.x / total * missed_share(f.x - 1, m, n - 1)));

CREATE OR REPLACE MACRO coverage_at(frequencies, f1, f2, m, n, total) AS
    CASE
        WHEN m < n THEN 1 - uncovered_within(frequencies, m, n, total)
        ELSE 1 - f1 / total * power(unseen_ratio(f1, f2, n), m - n + 1)
    END;

CREATE OR REPLACE MACRO richness_at(frequencies, f1, f2, m, n) AS
    CASE
        WHEN m < n THEN list_sum(list_transform(frequencies, lambda f: f.species * (1 - missed_share(f.x, m, n))))
        WHEN f1 = 0 OR unseen_ratio(f1, f2, n) = 0 THEN list_sum(list_transform(frequencies, lambda f: f.species))
        ELSE list_sum(list_transform(frequencies, lambda f: f.species))
            + (chao_richness(0, f1, f2, n)) * (1 - power(unseen_ratio(f1, f2, n), m - n))
    END;

-- What uncovered_within is nearly, and how fast it falls: the factors of a species' product all alike, as the middle one.
CREATE OR REPLACE MACRO nearly_uncovered(frequencies, m, n, total) AS
    list_sum(list_transform(frequencies, lambda f:
        f.species * f.x / total * power(greatest(0e0, 1 - m / (n - f.x / 2)), f.x - 1)
    ));

CREATE OR REPLACE MACRO nearly_slope(frequencies, m, n, total) AS
    list_sum(list_transform(frequencies, lambda f:
        CASE WHEN f.x > 1
            THEN f.species * f.x / total * (f.x - 1) / (n - f.x / 2) * power(greatest(0e0, 1 - m / (n - f.x / 2)), f.x - 2)
            ELSE 0e0
        END
    ));

CREATE OR REPLACE MACRO next_size(m, uncovered, slope, n, coverage) AS
    least(n, greatest(0e0, m + (uncovered - (1 - coverage)) / nullif(slope, 0)));

CREATE OR REPLACE MACRO size_within(frequencies, n, total, coverage) AS
    list_reduce(
        range(0, 60),
        lambda search, step: CASE
            WHEN step < 12 THEN struct_pack(
                m := next_size(
                    search.m, nearly_uncovered(frequencies, search.m, n, total),
                    nearly_slope(frequencies, search.m, n, total), n, coverage
                ),
                before := -1e0
            )
            WHEN abs(search.m - search.before) <= 1e-13 * search.m THEN search
            ELSE struct_pack(
                m := next_size(
                    search.m, uncovered_within(frequencies, search.m, n, total),
                    nearly_slope(frequencies, search.m, n, total), n, coverage
                ),
                before := search.m
            )
        END,
        struct_pack(m := 0e0, before := -1e0)
    ).m;

CREATE OR REPLACE MACRO size_at_coverage(frequencies, f1, f2, n, total, coverage) AS
    CASE
        WHEN n < 2 THEN NULL
        WHEN sample_coverage(f1, f2, n, total) >= coverage AND f1 / total >= 1 - coverage THEN CAST(n AS DOUBLE)
        WHEN sample_coverage(f1, f2, n, total) >= coverage THEN greatest(1e0, size_within(frequencies, n, total, coverage))
        WHEN unseen_ratio(f1, f2, n) = 0 THEN NULL
        ELSE n - 1 + ln((1 - coverage) * total / f1) / ln_one_plus(-seen_ratio(f1, f2, n))
    END;
