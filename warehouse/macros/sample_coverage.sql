-- sample_coverage(f1, f2, n, total): estimated share of all individuals (records, incidences) that belong to species
-- seen: 1 - (f1 / total) A, where A = (n-1) f1 / ((n-1) f1 + 2 f2), or with f2 = 0 A = (n-1)(f1-1) / ((n-1)(f1-1) + 2).
-- For records n = total = records, f1 and f2 = species with one and two of them. For sampling units n = units,
-- total = incidences, f1 and f2 = species seen in one and two units. NULL for a single record or unit, which cannot
-- tell.
-- Source: Chao & Jost 2012, Ecology 93: 2533-2547; Chao et al. 2014, Ecological Monographs 84: 45-67.
CREATE OR REPLACE MACRO unseen_ratio(f1, f2, n) AS
    CASE
        WHEN f1 = 0 THEN 0e0
        WHEN f2 > 0 THEN (n - 1) * CAST(f1 AS DOUBLE) / ((n - 1) * CAST(f1 AS DOUBLE) + 2 * f2)
        ELSE (n - 1) * (CAST(f1 AS DOUBLE) - 1) / ((n - 1) * (CAST(f1 AS DOUBLE) - 1) + 2)
    END;

-- 1 - unseen_ratio, without losing digits
CREATE OR REPLACE MACRO seen_ratio(f1, f2, n) AS
    CASE
        WHEN f1 = 0 THEN 1e0
        WHEN f2 > 0 THEN 2e0 * f2 / ((n - 1) * CAST(f1 AS DOUBLE) + 2 * f2)
        ELSE 2e0 / ((n - 1) * (CAST(f1 AS DOUBLE) - 1) + 2)
    END;

CREATE OR REPLACE MACRO sample_coverage(f1, f2, n, total) AS
    CASE WHEN n > 1 THEN 1 - f1 / total * unseen_ratio(f1, f2, n) END;
