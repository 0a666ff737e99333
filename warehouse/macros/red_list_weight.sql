-- Weight of a category in the Red List Index: equal steps from LC 0 to extinct 5; NULL for DD, NE and NA.
-- A Critically Endangered species tagged possibly extinct (in the wild) weighs as much as an extinct one.
-- Source: Butchart et al. 2007, PLoS ONE 2(1): e140.
CREATE OR REPLACE MACRO red_list_weight(category, possibly_extinct) AS
    CASE
        WHEN category IN ('EX', 'EW', 'RE') THEN 5
        WHEN category = 'CR' THEN CASE WHEN coalesce(possibly_extinct, false) THEN 5 ELSE 4 END
        WHEN category = 'EN' THEN 3
        WHEN category = 'VU' THEN 2
        WHEN category = 'NT' THEN 1
        WHEN category = 'LC' THEN 0
    END;
