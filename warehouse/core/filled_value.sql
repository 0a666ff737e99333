-- Values of the species list that another source stated than the one whose name the row bears.
-- A value is filled when the row's own source never states it; of the sources that do, the one believed first counts: own
-- files before publishers before seeds, among equals the one with most records, then by name, as in the species list.
-- A range share is filled when no row of the own source has that very share and method.
WITH stated AS (
    SELECT
        country_code,
        species_key,
        source,
        max(checklist_key) IS NOT NULL AS checklist_key,
        max(scientific_name) IS NOT NULL AS scientific_name,
        max(taxon_group) IS NOT NULL AS taxon_group,
        max(red_list_category) IS NOT NULL AS red_list_category,
        max(occurrences) IS NOT NULL AS occurrences,
        max(origin) IS NOT NULL AS origin,
        max(presence) IS NOT NULL AS presence,
        sum(occurrences) AS records
    FROM landed.country_species
    GROUP BY country_code, species_key, source
    QUALIFY count(*) OVER (PARTITION BY country_code, species_key) > 1
),

said AS (
    UNPIVOT (SELECT * EXCLUDE (records) FROM stated)
    ON checklist_key, scientific_name, taxon_group, red_list_category, occurrences, origin, presence
    INTO NAME column_name VALUE is_stated
),

shown AS (
    UNPIVOT (
        SELECT
            country_code,
            species_key,
            source,
            checklist_key IS NOT NULL AS checklist_key,
            scientific_name IS NOT NULL AS scientific_name,
            taxon_group IS NOT NULL AS taxon_group,
            red_list_category IS NOT NULL AS red_list_category,
            occurrences IS NOT NULL AS occurrences,
            origin IS NOT NULL AS origin,
            presence IS NOT NULL AS presence
        FROM core.country_species
        SEMI JOIN stated USING (country_code, species_key)
    )
    ON checklist_key, scientific_name, taxon_group, red_list_category, occurrences, origin, presence
    INTO NAME column_name VALUE is_shown
),

candidate AS (
    SELECT
        shown.country_code,
        shown.species_key,
        shown.column_name,
        shown.source AS own_source,
        said.source AS stated_by,
        stated.records
    FROM shown
    JOIN said
        ON shown.country_code = said.country_code
        AND shown.species_key = said.species_key
        AND shown.column_name = said.column_name
    JOIN stated
        ON said.country_code = stated.country_code
        AND said.species_key = stated.species_key
        AND said.source = stated.source
    WHERE shown.is_shown AND said.is_stated

    UNION ALL

    SELECT known.country_code, known.species_key, 'range_share', known.source, landed.source, landed.occurrences
    FROM core.country_species AS known
    JOIN landed.country_species AS landed
        ON known.country_code = landed.country_code
        AND known.species_key = landed.species_key
        AND known.range_share = landed.range_share
        AND known.share_method IS NOT DISTINCT FROM landed.share_method
    SEMI JOIN stated ON known.country_code = stated.country_code AND known.species_key = stated.species_key
)

SELECT country_code, species_key, column_name, stated_by AS filled_from
FROM candidate
QUALIFY
    count(*) FILTER (stated_by = own_source) OVER (PARTITION BY country_code, species_key, column_name) = 0
    AND row_number() OVER (
        PARTITION BY country_code, species_key, column_name
        ORDER BY source_precedence(stated_by), records DESC NULLS LAST, stated_by
    ) = 1
