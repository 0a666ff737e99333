-- Under which key each species of own files counts.
-- Reads `stated_species`: species of each own load, with the checklist of their keys (NULL where nobody says) and their names;
-- and `known_species`.
-- 1. Where nobody says of which checklist the keys of a source are, it is the one in which its names have the same keys: nine in
--    ten of the names that both have.
-- 2. A key of the checklist in use (place 1) counts as it is, unless publishers do not have it and have its name under another
--    key: keys change from release to release. A key of another checklist, or a name, counts under the key that the first
--    checklist has for the name, in the same reporting group; where that has two, under none.
-- 3. Keys of no checklist that nobody knows by name are compared by name, and by key within one source: one name is one
--    species. Keys that another species bears as well are replaced by the name.
-- A species without a name keeps its key.
WITH decided AS (
    SELECT stated.source, known.checklist_key
    FROM stated_species AS stated
    JOIN known_species AS known ON stated.name = known.name
    WHERE stated.checklist_key IS NULL AND NOT starts_with(stated.species_key, 'name:')
    GROUP BY stated.source, known.checklist_key, known.place
    HAVING count(DISTINCT stated.name) FILTER (stated.species_key = known.species_key) >= 0.9 * count(DISTINCT stated.name)
    QUALIFY
        row_number() OVER (
            PARTITION BY stated.source
            ORDER BY count(DISTINCT stated.name) FILTER (stated.species_key = known.species_key) DESC, known.place
        ) = 1
),

-- A species has one name in a source. One without a name there has that of the only one that other sources without a
-- checklist have under its key: threats in one file, names in another.
named AS (
    SELECT
        stated.source,
        stated.unit,
        stated.kind,
        stated.species_key AS given_key,
        CASE
            WHEN NOT starts_with(stated.species_key, 'name:') THEN coalesce(stated.checklist_key, decided.checklist_key)
        END AS checklist_key,
        stated.checklist_key IS NULL AND decided.checklist_key IS NOT NULL AS is_decided,
        coalesce(
            min(stated.name) OVER (PARTITION BY stated.source, stated.species_key, stated.checklist_key),
            CASE WHEN min(stated.name) OVER same_key = max(stated.name) OVER same_key THEN min(stated.name) OVER same_key END
        ) AS name,
        stated.taxon_group IS NOT NULL AS has_group,
        min(stated.taxon_group) OVER (PARTITION BY stated.source, stated.species_key, stated.checklist_key) AS taxon_group
    FROM stated_species AS stated
    LEFT JOIN decided ON stated.source = decided.source
    WINDOW same_key AS (PARTITION BY stated.species_key, coalesce(stated.checklist_key, decided.checklist_key))
),

candidate AS (
    SELECT DISTINCT
        named.source,
        named.unit,
        named.kind,
        named.name,
        named.given_key,
        known.species_key,
        known.is_synonym,
        known.checklist_key,
        known.place,
        known.known_from
    FROM named
    JOIN known_species AS known
        ON
            named.name = known.name
            AND (named.taxon_group IS NULL OR known.taxon_group IS NULL OR named.taxon_group = known.taxon_group)
    QUALIFY
        rank() OVER (
            PARTITION BY named.source, named.unit, named.given_key
            ORDER BY known.place, list_position(['warehouse', 'gbif', 'own_file'], known.known_from)
        ) = 1
),

-- A list has two species where the checklist has one: of several names of a source the one that the species bears there takes
-- the key, and the others are kept apart. Records of all of them are records of the species.
found AS (
    SELECT
        source,
        unit,
        given_key,
        min(species_key) AS species_key,
        min(checklist_key) AS checklist_key,
        max(known_from) AS known_from
    FROM candidate
    GROUP BY source, unit, kind, name, given_key
    HAVING count(DISTINCT candidate.species_key) = 1
    QUALIFY
        kind <> 'rows'
        OR dense_rank() OVER (
            PARTITION BY source, kind, min(checklist_key), min(species_key)
            ORDER BY bool_and(coalesce(is_synonym, FALSE)), name
        ) = 1
),

in_use AS (
    SELECT checklist_key FROM known_species WHERE place = 1 LIMIT 1
),

key_in_use AS (
    SELECT DISTINCT species_key FROM known_species WHERE place = 1
),

published_key AS (
    SELECT DISTINCT species_key FROM known_species WHERE place = 1 AND known_from = 'warehouse'
),

-- Keys that more than one species bears: one of a checklist, or one of another source with another name.
taken AS (
    SELECT species_key AS given_key FROM known_species
    UNION
    SELECT given_key
    FROM named
    WHERE checklist_key IS NULL
    GROUP BY given_key
    HAVING count(DISTINCT name) > 1
),

grouped AS (
    SELECT
        * EXCLUDE (taxon_group),
        coalesce(
            taxon_group,
            CASE WHEN min(taxon_group) OVER of_name = max(taxon_group) OVER of_name THEN min(taxon_group) OVER of_name END
        ) AS taxon_group
    FROM named
    WINDOW of_name AS (PARTITION BY name)
),

own_name AS (
    SELECT
        name,
        taxon_group,
        coalesce(
            min(given_key) FILTER (NOT starts_with(given_key, 'name:') AND given_key NOT IN (FROM taken)),
            left(
                'name:' || name
                || CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN ' (' || coalesce(taxon_group, 'no group') || ')' ELSE '' END,
                64
            )
        ) AS species_key
    FROM grouped
    WHERE checklist_key IS NULL AND name IS NOT NULL
    GROUP BY name, taxon_group
),

counted_as AS (
    SELECT DISTINCT
        grouped.source,
        grouped.unit,
        grouped.given_key,
        grouped.name AS scientific_name,
        grouped.has_group,
        grouped.checklist_key AS given_checklist,
        grouped.is_decided,
        coalesce(grouped.taxon_group, known.taxon_group) AS taxon_group,
        grouped.checklist_key = in_use.checklist_key
            AND (
                published_key.species_key IS NOT NULL
                OR found.species_key IS NULL
                OR found.known_from <> 'warehouse'
                OR found.checklist_key <> in_use.checklist_key
            ) AS counts_as_it_is,
        CASE
            WHEN counts_as_it_is THEN grouped.given_key
            WHEN found.checklist_key <> in_use.checklist_key AND found.species_key IN (FROM key_in_use)
                THEN left(found.checklist_key || ':' || found.species_key, 64)
            WHEN found.species_key IS NOT NULL THEN found.species_key
            WHEN grouped.checklist_key IS NULL THEN coalesce(own_name.species_key, grouped.given_key)
            WHEN grouped.given_key IN (FROM key_in_use) THEN left(grouped.checklist_key || ':' || grouped.given_key, 64)
            ELSE grouped.given_key
        END AS species_key,
        CASE
            WHEN counts_as_it_is THEN grouped.checklist_key
            ELSE coalesce(found.checklist_key, grouped.checklist_key)
        END AS checklist_key,
        CASE
            WHEN grouped.is_decided AND (counts_as_it_is OR found.species_key IS NULL) THEN 'sample'
            WHEN counts_as_it_is THEN 'key'
            WHEN found.species_key = grouped.given_key AND found.checklist_key = grouped.checklist_key
                THEN CASE WHEN found.known_from = 'warehouse' THEN 'key' ELSE 'none' END
            WHEN found.species_key IS NOT NULL THEN found.known_from
            ELSE 'none'
        END AS matched_by
    FROM grouped
    LEFT JOIN in_use ON TRUE
    LEFT JOIN published_key ON grouped.given_key = published_key.species_key
    LEFT JOIN found ON grouped.source = found.source AND grouped.unit = found.unit AND grouped.given_key = found.given_key
    LEFT JOIN own_name ON grouped.name = own_name.name AND grouped.taxon_group IS NOT DISTINCT FROM own_name.taxon_group
    LEFT JOIN (
        SELECT checklist_key, species_key, min(taxon_group) AS taxon_group FROM known_species GROUP BY ALL
    ) AS known
        ON found.species_key = known.species_key AND found.checklist_key = known.checklist_key
)

SELECT
    * EXCLUDE (has_group, given_checklist, is_decided, counts_as_it_is),
    species_key <> given_key
        OR is_decided
        OR given_checklist IS DISTINCT FROM checklist_key
        OR (taxon_group IS NOT NULL AND NOT has_group) AS is_changed
FROM counted_as
