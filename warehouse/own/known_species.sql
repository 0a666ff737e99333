-- Species that the warehouse knows by name, with their keys in named checklists: those of which own files have the name or the
-- key.
-- Reads `landed.country_species`; `matched_name`: answers of GBIF's name matching; `stated_species`: species of own files.
-- Of several checklists the first (place 1, the checklist in use) is that of most species of publishers, then the one with most
-- matched names, then the one of most species of own files.
WITH published AS (
    SELECT DISTINCT checklist_key, species_key, scientific_name AS name, taxon_group
    FROM landed.country_species
    WHERE source_precedence(source) > 0 AND checklist_key IS NOT NULL
),

known AS (
    SELECT *, 'warehouse' AS known_from
    FROM published
    WHERE name IN (SELECT name FROM stated_species) OR species_key IN (SELECT species_key FROM stated_species)
    UNION ALL BY NAME
    SELECT checklist_key, species_key, name, taxon_group, is_synonym, 'gbif' AS known_from
    FROM matched_name
    UNION ALL BY NAME
    SELECT DISTINCT checklist_key, species_key, name, taxon_group, 'own_file' AS known_from
    FROM stated_species
    WHERE checklist_key IS NOT NULL AND name IS NOT NULL
),

checklist AS (
    SELECT
        checklist_key,
        row_number() OVER (
            ORDER BY
                sum(species) FILTER (known_from = 'warehouse') DESC NULLS LAST,
                sum(species) FILTER (known_from = 'gbif') DESC NULLS LAST,
                sum(species) DESC,
                checklist_key
        ) AS place
    FROM (
        SELECT checklist_key, 'warehouse' AS known_from, count(DISTINCT species_key) AS species
        FROM published
        GROUP BY checklist_key
        UNION ALL
        SELECT checklist_key, known_from, count(DISTINCT species_key)
        FROM known
        WHERE known_from <> 'warehouse'
        GROUP BY checklist_key, known_from
    )
    GROUP BY checklist_key
)

SELECT known.*, checklist.place
FROM known
JOIN checklist ON known.checklist_key = checklist.checklist_key
