-- Genuine changes of category, one row per species, scope and year.
-- Believed: own files, then publishers, then seeds; the whole row counts.
SELECT
    species_key,
    taxon_group,
    scope,
    from_year,
    to_year,
    category_before,
    is_possibly_extinct_before,
    category_after,
    is_possibly_extinct_after,
    driver,
    source
FROM landed.genuine_change
QUALIFY
    row_number() OVER (
        PARTITION BY species_key, scope, to_year
        ORDER BY source_precedence(source), source, unit_key
    ) = 1
