-- Lower bounds of the species that exist, from the species seen once and twice. With a factor a = (n-1) / n they are
-- Chao1 (n records; f1, f2 = species with one and two records) or Chao2 (n sampling units; species seen in one, two).
--   chao_richness                S + a f1^2 / (2 f2), with f2 = 0: S + a f1 (f1-1) / 2        the form that iNEXT uses
--   chao_classic_richness        the same without the factor a                                the form that EstimateS calls classic
--   chao_bias_corrected_richness S + f1 (f1-1) / (2 (f2+1))                                   the default of vegan and scikit-bio
-- Each has its variance, from which chao_lower and chao_upper make the 95 % log-normal interval
-- [S + t/K, S + t K] with t = estimate - S and K = exp(1.96 sqrt(ln(1 + variance / t^2))); NULL where t = 0.
-- Source: Chao 1984, Scand. J. Stat. 11: 265-270; Chao 1987, Biometrics 43: 783-791; EstimateS user's guide, appendix B.
CREATE OR REPLACE MACRO chao_scaled(s, f1, f2, a) AS
    CASE WHEN f2 > 0 THEN s + a * CAST(f1 AS DOUBLE) * f1 / (2 * f2) ELSE s + a * CAST(f1 AS DOUBLE) * (f1 - 1) / 2 END;

CREATE OR REPLACE MACRO chao_richness(s, f1, f2, n) AS
    chao_scaled(s, f1, f2, (n - 1) / n);

CREATE OR REPLACE MACRO chao_classic_richness(s, f1, f2) AS
    chao_scaled(s, f1, f2, 1e0);

CREATE OR REPLACE MACRO chao_bias_corrected_richness(s, f1, f2) AS
    s + CAST(f1 AS DOUBLE) * (f1 - 1) / (2 * (f2 + 1));

CREATE OR REPLACE MACRO chao_scaled_variance(s, f1, f2, a) AS
    CASE
        WHEN f2 > 0 THEN f2 * (a * power(f1 / f2, 2) / 2 + a * a * power(f1 / f2, 3) + a * a * power(f1 / f2, 4) / 4)
        ELSE
            a * CAST(f1 AS DOUBLE) * (f1 - 1) / 2 + a * a * CAST(f1 AS DOUBLE) * power(2 * f1 - 1, 2) / 4
            - a * a * power(f1, 4) / (4 * chao_scaled(s, f1, f2, a))
    END;

CREATE OR REPLACE MACRO chao_variance(s, f1, f2, n) AS
    chao_scaled_variance(s, f1, f2, (n - 1) / n);

CREATE OR REPLACE MACRO chao_classic_variance(s, f1, f2) AS
    chao_scaled_variance(s, f1, f2, 1e0);

-- Without species seen twice the variance has a term of its own, as in the paper of 1987 for every form.
CREATE OR REPLACE MACRO chao_bias_corrected_variance(s, f1, f2) AS
    CASE
        WHEN f2 > 0 THEN
            CAST(f1 AS DOUBLE) * (f1 - 1) / (2 * (f2 + 1))
            + CAST(f1 AS DOUBLE) * power(2 * f1 - 1, 2) / (4 * power(f2 + 1, 2))
            + power(f1, 2) * f2 * power(f1 - 1, 2) / (4 * power(f2 + 1, 4))
        ELSE chao_scaled_variance(s, f1, f2, 1e0)
    END;

CREATE OR REPLACE MACRO chao_spread(s, estimate, variance) AS
    exp(1.96e0 * sqrt(ln_one_plus(variance / power(nullif(estimate - s, 0), 2))));

CREATE OR REPLACE MACRO chao_lower(s, estimate, variance) AS
    s + (estimate - s) / chao_spread(s, estimate, variance);

CREATE OR REPLACE MACRO chao_upper(s, estimate, variance) AS
    s + (estimate - s) * chao_spread(s, estimate, variance);
