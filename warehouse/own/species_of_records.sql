-- Species from the records and cubes of own files: one row for each country and species over all loads.
-- Reads `own_species`: the rows of every load that has records or a cube; `judged_cube`; `displaced_record`.
-- Records are those that count. Of these, introduced ones are those of the loads that have a part in them, less the displaced ones. Name, group
-- and category are those of the load with most records of the species there; what it leaves open comes from the next.
WITH counting AS (
    SELECT source, unit_key, country_code, species_key, sum(occurrences) AS occurrences
    FROM judged_cube
    WHERE reason IS NULL
    GROUP BY ALL
),

lost AS (
    SELECT source, unit, country_code, species_key, count(*) FILTER (is_introduced) AS introduced
    FROM displaced_record
    GROUP BY ALL
),

ranked AS (
    SELECT
        own_species.*,
        counting.occurrences AS counted,
        coalesce(own_species.introduced_occurrences, 0) - coalesce(lost.introduced, 0) AS introduced,
        row_number() OVER (
            PARTITION BY own_species.country_code, own_species.species_key
            ORDER BY counting.occurrences DESC, own_species.source, own_species.unit_key
        ) AS place
    FROM own_species
    JOIN counting
        ON
            own_species.source = counting.source
            AND own_species.unit_key = counting.unit_key
            AND own_species.country_code = counting.country_code
            AND own_species.species_key = counting.species_key
    LEFT JOIN lost
        ON
            own_species.source = lost.source
            AND own_species.unit_key = lost.unit
            AND own_species.country_code = lost.country_code
            AND own_species.species_key = lost.species_key
)

SELECT
    country_code,
    species_key,
    arg_min(checklist_key, place) AS checklist_key,
    arg_min(scientific_name, place) AS scientific_name,
    arg_min(taxon_group, place) AS taxon_group,
    arg_min(red_list_category, place) AS red_list_category,
    CAST(sum(counted) AS BIGINT) AS occurrences,
    CAST(least(sum(introduced), sum(counted)) AS BIGINT) AS introduced_occurrences,
    arg_min(source, place) AS source,
    arg_min(unit_key, place) AS unit_key
FROM ranked
GROUP BY country_code, species_key
