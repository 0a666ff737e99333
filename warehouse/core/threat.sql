-- Threats to species, one row per species, threat and named agent.
-- Believed: for each species the list of all own files together, else of one publisher as a whole, by name, else of the
-- seeds; so that a list is never a mixture of two publishers. One list can arrive with several units of work; where such copies
-- differ the graver statement counts, so that the order in which units were loaded never matters.
SELECT species_key, threat_code, threat_name, detail, timing, scope, severity, source
FROM landed.threat
QUALIFY
    dense_rank() OVER (
        PARTITION BY species_key
        ORDER BY source_precedence(source), CASE WHEN source_precedence(source) > 0 THEN source END
    ) = 1
    AND row_number() OVER (
        PARTITION BY
            species_key,
            source_precedence(source),
            CASE WHEN source_precedence(source) > 0 THEN source END,
            threat_code,
            detail
        ORDER BY expected_decline(scope, severity) DESC, timing, scope, severity, threat_name, source
    ) = 1
