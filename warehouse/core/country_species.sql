-- Species known from each country: listed by a source, or with records in the cube.
-- Believed, for each country and species: own files before publishers before seeds, among equals the source with most
-- records, then by name. What the first source leaves open is filled from the next one, with two bonds: the three counts
-- come from one source, so that none exceeds another, and the range share comes with its method. Among range shares a
-- range map beats cells, cells beat occurrences, occurrences beat equal shares, whoever says so; a share that an own
-- file gives without a method is taken at its word. Without any share, it is occurrences / global_occurrences, and without
-- these 1 / (countries that the same world list or own file names for the species), introduced ones left out; a list that
-- names one country only says nothing of the rest of the range and gives no share. Shares of own files that add up to more
-- than 1.05 over the countries (0.05 for rounding) contradict each other, and none of them is believed.
-- Units of work of one source add up.
WITH stated AS (
    SELECT
        country_code,
        species_key,
        source,
        min(checklist_key) AS checklist_key,
        min(scientific_name) AS scientific_name,
        min(taxon_group) AS taxon_group,
        arg_min(red_list_category, red_list_order(red_list_category)) AS red_list_category,
        sum(occurrences) AS occurrences,
        sum(introduced_occurrences) AS introduced_occurrences,
        max(global_occurrences) AS global_occurrences,
        min(origin) AS origin,
        min(presence) AS presence,
        bool_or(is_complete_list) AS is_complete_list
    FROM landed.country_species
    GROUP BY country_code, species_key, source

    UNION ALL

    SELECT
        recorded.country_code,
        recorded.species_key,
        min(recorded.source) AS source,
        min(recorded.checklist_key) AS checklist_key,
        NULL AS scientific_name,
        NULL AS taxon_group,
        NULL AS red_list_category,
        sum(recorded.occurrences) AS occurrences,
        NULL AS introduced_occurrences,
        NULL AS global_occurrences,
        NULL AS origin,
        NULL AS presence,
        NULL AS is_complete_list
    FROM core.occurrence_cube AS recorded
    ANTI JOIN landed.country_species AS listed
        ON recorded.country_code = listed.country_code AND recorded.species_key = listed.species_key
    GROUP BY recorded.country_code, recorded.species_key
),

ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY country_code, species_key
            ORDER BY source_precedence(source), occurrences DESC NULLS LAST, source
        ) AS rank
    FROM stated
),

merged AS (
    SELECT
        country_code,
        species_key,
        arg_min(source, rank) AS source,
        arg_min(checklist_key, rank) AS checklist_key,
        arg_min(scientific_name, rank) AS scientific_name,
        arg_min(taxon_group, rank) AS taxon_group,
        arg_min(red_list_category, rank) AS red_list_category,
        arg_min(origin, rank) AS origin,
        arg_min(presence, rank) AS presence,
        bool_or(is_complete_list) AS is_complete_list,
        arg_min(
            struct_pack(here := occurrences, introduced := introduced_occurrences, world := global_occurrences), rank
        ) FILTER (WHERE occurrences IS NOT NULL) AS records
    FROM ranked
    GROUP BY country_code, species_key
),

too_much AS (
    SELECT species_key
    FROM (
        SELECT species_key, country_code, max(range_share) AS range_share
        FROM landed.country_species
        WHERE source_precedence(source) = 0 AND NOT is_country_unit(unit_key)
        GROUP BY species_key, country_code
    )
    GROUP BY species_key
    HAVING sum(CAST(range_share AS DECIMAL(24, 18))) > 1.05
),

extent AS (
    SELECT country_code, species_key, range_share, share_method
    FROM landed.country_species
    WHERE
        range_share IS NOT NULL
        AND NOT (
            source_precedence(source) = 0 AND NOT is_country_unit(unit_key) AND species_key IN (FROM too_much)
        )
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key
            ORDER BY
                CASE
                    WHEN share_method IS NOT NULL
                        THEN list_position(['range_map', 'cells', 'occurrences', 'equal_shares'], share_method)
                    WHEN source_precedence(source) = 0 THEN 0
                END NULLS LAST,
                source_precedence(source),
                source,
                range_share
        ) = 1
),

world_list AS (
    SELECT source, species_key, country_code
    FROM landed.country_species
    WHERE NOT is_country_unit(unit_key) AND is_native_origin(origin)
    GROUP BY source, species_key, country_code
    QUALIFY
        min(country_code) OVER (PARTITION BY source) <> max(country_code) OVER (PARTITION BY source)
),

equal AS (
    SELECT country_code, species_key, min(equal_share) AS equal_share
    FROM (
        SELECT country_code, species_key, 1 / count(*) OVER (PARTITION BY source, species_key) AS equal_share
        FROM world_list
    )
    GROUP BY country_code, species_key
)

SELECT
    merged.country_code,
    merged.species_key,
    merged.checklist_key,
    merged.scientific_name,
    merged.taxon_group,
    merged.red_list_category,
    records.here AS occurrences,
    records.introduced AS introduced_occurrences,
    records.world AS global_occurrences,
    CASE
        WHEN coalesce(extent.share_method, '') <> 'equal_shares' AND extent.range_share IS NOT NULL
            THEN extent.range_share
        WHEN records.world > 0 THEN at_most_one(records.here / records.world)
        ELSE coalesce(extent.range_share, equal.equal_share)
    END AS range_share,
    CASE
        WHEN coalesce(extent.share_method, '') <> 'equal_shares' AND extent.range_share IS NOT NULL
            THEN extent.share_method
        WHEN records.world > 0 THEN 'occurrences'
        WHEN coalesce(extent.range_share, equal.equal_share) IS NOT NULL THEN 'equal_shares'
    END AS share_method,
    merged.origin,
    merged.presence,
    merged.is_complete_list,
    merged.source
FROM merged
LEFT JOIN extent ON merged.country_code = extent.country_code AND merged.species_key = extent.species_key
LEFT JOIN equal ON merged.country_code = equal.country_code AND merged.species_key = equal.species_key
