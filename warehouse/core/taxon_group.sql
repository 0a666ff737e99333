-- Reporting groups and roll-ups with the species described and assessed worldwide.
-- Believed: own files, then publishers, then seeds; the two counts always come from one row, so that they fit together.
SELECT
    taxon_group,
    label,
    roll_up,
    is_roll_up,
    described_species,
    world_assessed_species,
    counts_source,
    counts_as_of,
    world_weighed_species,
    weighed_source,
    weighed_as_of,
    source
FROM landed.taxon_group
QUALIFY row_number() OVER (PARTITION BY taxon_group ORDER BY source_precedence(source), source, unit_key) = 1
