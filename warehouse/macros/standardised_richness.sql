-- Richness at a common sample coverage: what the country's records would show if the recorders had stopped at, or gone on
-- to, the sample size m at which the species seen hold a given share of all individuals. Frequencies are a list of
-- {x, species} by rising x: how many species have x records (or are seen in x sampling units) of n; total as in
-- sample_coverage.
--   coverage_at(m) = 1 - sum of species (x / total) C(n-x, m) / C(n-1, m) up to n; beyond 1 - (f1/total) A^(m-n+1)
--   richness_at(m) = sum of species (1 - C(n-x, m) / C(n, m)) up to n; beyond S + f0 (1 - (1 - f1/(n f0 + f1))^(m-n))
-- with f0 the unseen species of chao_richness and A as in sample_coverage. size_at_coverage solves coverage_at(m) =
-- coverage for m >= 1, not rounded: up to n by Newton's steps, beyond n directly.
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

-- The search up to n is for the m at which the species with more than one record leave `missing` uncovered; those with one
-- record leave f1 / total at any m. Newton's steps go over the logarithms of that share and of the part of the sample left
-- out, 1 - m / (n-1), where the function is nearly straight, so that a dozen do: first on a quick form of it, as if records
-- were left out one by one with that chance, (1 - m / (n-1))^(x-1), then on itself.
CREATE OR REPLACE MACRO left_out_near(frequencies, total, missing) AS
    list_reduce(
        range(0, 12),
        lambda left_out, step: left_out
            + ln(missing / list_sum(list_transform(frequencies, lambda f:
                CASE WHEN f.x > 1 THEN f.species * f.x / total * exp((f.x - 1) * left_out) ELSE 0 END
            )))
            * list_sum(list_transform(frequencies, lambda f:
                CASE WHEN f.x > 1 THEN f.species * f.x / total * exp((f.x - 1) * left_out) ELSE 0 END
            ))
            / list_sum(list_transform(frequencies, lambda f:
                f.species * f.x / total * (f.x - 1) * exp((f.x - 1) * left_out)
            )),
        0e0
    );

-- How fast the logarithm of missed_share(x-1, m, n-1) falls with m: the sum of 1 / (n-1-j-m) over j = 0 .. x-2, the last
-- term as it is and the others as an integral, which is near enough for a direction.
CREATE OR REPLACE MACRO missed_fall(x, m, n) AS
    CASE WHEN x > 1 AND m < n - x + 1 THEN 1 / (n - x - m + 1) + ln((n - m - 0.5e0) / (n - x - m + 1.5e0)) ELSE 0 END;

-- From here on, no species with more than one record can be missing.
CREATE OR REPLACE MACRO surely_covered(frequencies, n) AS
    n - CASE WHEN frequencies[1].x > 1 THEN frequencies[1].x ELSE frequencies[2].x END + 1;

-- shares: what each frequency leaves uncovered at m. No step goes further than half the way to surely_covered.
CREATE OR REPLACE MACRO newton_step(frequencies, shares, m, n, missing) AS
    greatest(1, least(
        (m + surely_covered(frequencies, n)) / 2,
        m + (n - 1 - m) * one_minus_exp(
            ln(missing / nullif(list_sum(shares), 0)) * list_sum(shares) / (n - 1 - m)
            / list_sum(list_transform(frequencies, lambda f, place: shares[place] * missed_fall(f.x, m, n)))
        )
    ));

CREATE OR REPLACE MACRO size_by_search(frequencies, n, total, missing) AS
    list_reduce(
        range(0, 10),
        lambda here, step: CASE WHEN here.is_found THEN here ELSE
            list_transform(
                [list_transform(frequencies, lambda f:
                    CASE WHEN f.x > 1 THEN f.species * f.x / total * missed_share(f.x - 1, here.m, n - 1) ELSE 0 END
                )],
                lambda shares: list_transform(
                    [newton_step(frequencies, shares, here.m, n, missing)],
                    lambda m: struct_pack(m := m, is_found := abs(m - here.m) <= 1e-14 * m)
                )[1]
            )[1]
        END,
        struct_pack(
            m := greatest(1, least(
                (1 + 7 * surely_covered(frequencies, n)) / 8,
                (n - 1) * one_minus_exp(left_out_near(frequencies, total, missing))
            )),
            is_found := false
        )
    ).m;

-- Whether the sample has to be searched: to be asked before size_by_search, so that rows that need none do not pay for it.
CREATE OR REPLACE MACRO is_within_sample(f1, f2, n, total, coverage) AS
    coalesce(sample_coverage(f1, f2, n, total) >= coverage AND 1 - coverage - f1 / total >= 1e-15, false);

CREATE OR REPLACE MACRO size_without_search(frequencies, f1, f2, n, total, coverage) AS
    CASE
        WHEN n < 2 THEN NULL
        WHEN sample_coverage(f1, f2, n, total) >= coverage THEN
            CASE WHEN f1 / total - (1 - coverage) < 1e-15 THEN surely_covered(frequencies, n) ELSE CAST(n AS DOUBLE) END
        WHEN unseen_ratio(f1, f2, n) = 0 THEN NULL
        ELSE n - 1 + ln((1 - coverage) * total / f1) / ln_one_plus(-seen_ratio(f1, f2, n))
    END;

CREATE OR REPLACE MACRO size_at_coverage(frequencies, f1, f2, n, total, coverage) AS
    CASE
        WHEN is_within_sample(f1, f2, n, total, coverage)
            THEN size_by_search(frequencies, n, total, 1 - coverage - f1 / total)
        ELSE size_without_search(frequencies, f1, f2, n, total, coverage)
    END;
