-- expected_decline(scope, severity): population decline in per cent over ten years or three generations that a threat is
-- expected to cause; the weight of a threat among the threats of one species in the STAR metric. Unknown scope counts as
-- the majority of the population, unknown severity as slow but significant decline.
-- Source: Mair et al. 2021, Nature Ecology & Evolution 5: 836-844, after Garnett et al. 2018.
CREATE OR REPLACE MACRO expected_decline(scope, severity) AS
    CASE coalesce(severity, 'unknown')
        WHEN 'very_rapid' THEN CASE coalesce(scope, 'unknown') WHEN 'whole' THEN 63 WHEN 'minority' THEN 24 ELSE 52 END
        WHEN 'rapid' THEN CASE coalesce(scope, 'unknown') WHEN 'whole' THEN 24 WHEN 'minority' THEN 7 ELSE 18 END
        WHEN 'negligible' THEN CASE coalesce(scope, 'unknown') WHEN 'whole' THEN 1 ELSE 0 END
        WHEN 'no_decline' THEN 0
        ELSE CASE coalesce(scope, 'unknown') WHEN 'whole' THEN 10 WHEN 'minority' THEN 5 ELSE 9 END
    END;
