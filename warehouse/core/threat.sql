-- Threats to species, one row per species, threat and named agent.
-- Believed: for each species the list of one source as a whole, own files before publishers before seeds, among equals
-- by name, so that a list is never a mixture of two. One list can arrive with several units of work; where such copies
-- differ the graver statement counts, so that the order in which units were loaded never matters.
SELECT species_key, threat_code, threat_name, detail, timing, scope, severity, source
FROM landed.threat
QUALIFY
    dense_rank() OVER (PARTITION BY species_key ORDER BY source_precedence(source), source) = 1
    AND row_number() OVER (
        PARTITION BY species_key, source, threat_code, detail
        ORDER BY expected_decline(scope, severity) DESC, timing, scope, severity, threat_name
    ) = 1
