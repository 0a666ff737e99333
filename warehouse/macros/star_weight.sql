-- Weight of a category in the STAR metric: equal steps from NT 100 to CR 400; NULL for all others, extinct ones included.
-- Source: Mair et al. 2021, Nature Ecology & Evolution 5: 836-844.
CREATE OR REPLACE MACRO star_weight(category) AS
    CASE category WHEN 'NT' THEN 100 WHEN 'VU' THEN 200 WHEN 'EN' THEN 300 WHEN 'CR' THEN 400 END;
