-- Reporting groups and roll-ups with the species described and assessed worldwide.
-- Believed: own files, then publishers, then seeds; the two counts always come from one row, so that they fit together. An own
-- row that contradicts what is known of the group is passed over, because its counts decide what may be quoted: fewer than
-- 80 % of the described or weighed species that a publisher or the seeds give, for no revision takes away so many; more than
-- twice as many assessed ones; weighed ones that are more than the assessed ones known, or fewer than half of them. What the
-- row's own counts contradict, its contract has refused.
WITH beside AS (
    SELECT
        *,
        max(described_species) FILTER (source_precedence(source) > 0) OVER of_group AS least_described,
        max(world_assessed_species) FILTER (source_precedence(source) > 0) OVER of_group AS known_assessed,
        max(world_weighed_species) FILTER (source_precedence(source) > 0) OVER of_group AS least_weighed
    FROM landed.taxon_group
    WINDOW of_group AS (PARTITION BY taxon_group)
)

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
FROM beside
WHERE
    source_precedence(source) > 0
    OR coalesce(
        described_species < 0.8 * least_described
        OR world_weighed_species < 0.8 * least_weighed
        OR world_assessed_species > 2 * known_assessed
        OR world_weighed_species NOT BETWEEN 0.5 * coalesce(world_assessed_species, known_assessed)
            AND coalesce(world_assessed_species, known_assessed),
        false
    ) IS FALSE
QUALIFY row_number() OVER (PARTITION BY taxon_group ORDER BY source_precedence(source), source, unit_key) = 1
