-- The global Red List status that counts for each species known from each country.
-- Category: of the latest global assessment, stated by the country's own unit of work or loaded for everyone, never by
-- another country's unit; of one year own files count before publishers before seeds, of one source the latest vintage, then
-- the category nearest to extinction. Without one, the category that the country's sources attach to the species; without
-- either, NE. Possibly extinct is a tag of Critically Endangered species.
-- Introduced: more than half of the species' records in the country are marked introduced or managed.
-- Counted: native or reintroduced by the list that states an origin, or else not introduced by its records, and not of
-- uncertain presence; possibly extinct and extinct species count, as in IUCN's country tables.
-- Country list: what a publisher names with origin and presence, and an own list of which every row in the country has
-- both, with no more than a fifth of uncertain origin, or which says that it is complete. Where a group has such a list in
-- the country, only species on it count, and those of other own lists whose origin and presence are known; records alone
-- add none, for they hold planted, captive and stray species.
-- Apart: counted, and perhaps a second time under another key. Each source lists a species once, so nothing of the main list,
-- which is the source that lists most counted species of the group, is doubled by itself; but a species of another checklist
-- than most of the main list, which nobody could match, may be one that is counted already. Apart are those that other
-- sources add in another checklist, and those in another checklist on the main list, no more of these than the others add in
-- the usual one. A checklist that nobody names is one of its own.
-- Set of the index: as any of its global assessments names it.
-- Range share: shares of records, and equal shares of several countries, are left out where at least 80 % of the assessed
-- species of the group that count have a better one.
-- Source: IUCN Red List summary statistics, notes to Tables 5 and 6.
WITH latest_stated AS (
    SELECT
        CASE WHEN is_country_unit(unit_key) THEN unit_key END AS country_code,
        species_key,
        taxon_group,
        assessment_year,
        red_list_category,
        coalesce(is_possibly_extinct, false) AS is_possibly_extinct,
        source,
        vintage
    FROM landed.assessment
    WHERE scope = 'global'
    QUALIFY
        row_number() OVER (
            PARTITION BY CASE WHEN is_country_unit(unit_key) THEN unit_key END, species_key
            ORDER BY
                assessment_year DESC,
                source_precedence(source),
                source,
                vintage DESC NULLS LAST,
                red_list_order(red_list_category),
                is_possibly_extinct DESC NULLS LAST,
                taxon_group
        ) = 1
),

latest AS (
    SELECT known.country_code, latest_stated.* EXCLUDE (country_code)
    FROM core.country_species AS known
    JOIN latest_stated
        ON known.species_key = latest_stated.species_key
        AND coalesce(latest_stated.country_code, known.country_code) = known.country_code
    QUALIFY
        row_number() OVER (
            PARTITION BY known.country_code, known.species_key
            ORDER BY
                latest_stated.assessment_year DESC,
                source_precedence(latest_stated.source),
                latest_stated.source,
                latest_stated.vintage DESC NULLS LAST,
                red_list_order(latest_stated.red_list_category),
                latest_stated.is_possibly_extinct DESC,
                latest_stated.taxon_group
        ) = 1
),

-- The set is the species' own, whichever global assessment names it. What a national list names says nothing of how many
-- species of the set live in the country, by which its completeness is judged.
in_set AS (
    SELECT known.country_code, known.species_key, min(assessment.index_set) AS index_set
    FROM core.country_species AS known
    JOIN landed.assessment
        ON known.species_key = assessment.species_key
        AND (assessment.unit_key = known.country_code OR NOT is_country_unit(assessment.unit_key))
    WHERE assessment.scope = 'global' AND assessment.index_set IS NOT NULL
    GROUP BY known.country_code, known.species_key
),

stated AS (
    SELECT country_code, species_key, red_list_category, source
    FROM landed.country_species
    WHERE red_list_category IS NOT NULL
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key, red_list_category
            ORDER BY source_precedence(source), source, unit_key
        ) = 1
),

-- What each source says of a species in a country; several units of work of one source speak together.
named AS (
    SELECT
        country_code,
        species_key,
        source,
        count(origin) > 0 AND count(presence) > 0 AS has_both,
        coalesce(bool_and(origin = 'uncertain'), false) AS is_uncertain,
        count(occurrences) > 0 AS is_recorded,
        coalesce(bool_or(is_complete_list), false) AS is_complete
    FROM landed.country_species
    GROUP BY country_code, species_key, source
),

listed AS (
    SELECT
        country_code,
        species_key,
        bool_or(is_on_list) AS is_on_list,
        bool_or(source_precedence(source) = 0 AND NOT is_recorded) AS is_on_own_list
    FROM (
        SELECT
            *,
            CASE
                WHEN source_precedence(source) = 0
                    THEN
                        bool_and(has_both) OVER of_source AND count_if(is_uncertain) OVER of_source <= 0.2 * count(*) OVER of_source
                        OR bool_or(is_complete) OVER of_source
                ELSE has_both
            END AS is_on_list
        FROM named
        WINDOW of_source AS (PARTITION BY country_code, source)
    )
    GROUP BY country_code, species_key
),

joined AS (
    SELECT
        known.country_code,
        known.species_key,
        checklist_of(known.checklist_key, known.species_key) AS checklist_key,
        coalesce(known.taxon_group, latest.taxon_group) AS taxon_group,
        in_set.index_set,
        coalesce(latest.red_list_category, known.red_list_category, 'NE') AS red_list_category,
        coalesce(latest.red_list_category = 'CR' AND latest.is_possibly_extinct, false) AS is_possibly_extinct,
        latest.assessment_year,
        coalesce(2 * known.introduced_occurrences > known.occurrences, false) AS is_introduced,
        CASE
            WHEN known.origin IS NULL THEN coalesce(2 * known.introduced_occurrences <= known.occurrences, true)
            ELSE is_native_origin(known.origin)
        END AND coalesce(known.presence <> 'uncertain', true) AS is_of_country,
        coalesce(listed.is_on_list, false) AS is_on_list,
        known.origin IS NOT NULL AND known.presence IS NOT NULL AS has_both,
        coalesce(listed.is_on_own_list, false) AS is_on_own_list,
        known.range_share,
        CASE WHEN known.range_share IS NOT NULL THEN coalesce(known.share_method, 'stated') END AS share_method,
        CASE
            WHEN latest.red_list_category IS NOT NULL THEN latest.source
            ELSE stated.source
        END AS status_source
    FROM core.country_species AS known
    LEFT JOIN latest ON known.country_code = latest.country_code AND known.species_key = latest.species_key
    LEFT JOIN in_set ON known.country_code = in_set.country_code AND known.species_key = in_set.species_key
    LEFT JOIN listed ON known.country_code = listed.country_code AND known.species_key = listed.species_key
    LEFT JOIN stated
        ON known.country_code = stated.country_code
        AND known.species_key = stated.species_key
        AND known.red_list_category = stated.red_list_category
),

chosen AS (
    SELECT
        *,
        is_of_country AND (is_on_list OR has_both OR NOT bool_or(is_on_list) OVER of_group) AS is_counted,
        CASE
            WHEN bool_or(is_on_list) OVER of_group AND (is_on_list OR has_both) THEN 'country_list'
            WHEN is_on_own_list THEN 'own_list'
            ELSE 'records'
        END AS list_basis
    FROM joined
    WINDOW of_group AS (PARTITION BY country_code, taxon_group)
),

lister AS (
    SELECT country_code, species_key, source FROM named
    UNION
    SELECT country_code, species_key, source FROM core.country_species
),

main_list AS (
    SELECT country_code, taxon_group, source, checklist_key
    FROM (
        SELECT
            chosen.country_code,
            chosen.taxon_group,
            lister.source,
            chosen.checklist_key,
            count(*) AS species,
            sum(count(*)) OVER (PARTITION BY chosen.country_code, chosen.taxon_group, lister.source) AS listed_species
        FROM chosen
        JOIN lister ON chosen.country_code = lister.country_code AND chosen.species_key = lister.species_key
        WHERE chosen.is_counted
        GROUP BY chosen.country_code, chosen.taxon_group, lister.source, chosen.checklist_key
    )
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, taxon_group
            ORDER BY listed_species DESC, source_precedence(source), source, species DESC, checklist_key
        ) = 1
),

placed AS (
    SELECT
        chosen.*,
        lister.source IS NOT NULL AS is_on_main_list,
        chosen.checklist_key <> main_list.checklist_key AS is_of_other_checklist
    FROM chosen
    LEFT JOIN main_list
        ON chosen.country_code = main_list.country_code AND chosen.taxon_group IS NOT DISTINCT FROM main_list.taxon_group
    LEFT JOIN lister
        ON chosen.country_code = lister.country_code
        AND chosen.species_key = lister.species_key
        AND main_list.source = lister.source
),

apart AS (
    SELECT
        *,
        is_counted AND is_of_other_checklist
            AND (
                NOT is_on_main_list
                OR row_number() OVER of_kind
                <= count(*) FILTER (is_counted AND NOT is_on_main_list AND NOT is_of_other_checklist) OVER of_group
            ) AS is_apart
    FROM placed
    WINDOW
        of_group AS (PARTITION BY country_code, taxon_group),
        of_kind AS (
            PARTITION BY country_code, taxon_group, is_counted, is_on_main_list, is_of_other_checklist
            ORDER BY red_list_category IN ('NE', 'NA'), species_key
        )
),

better AS (
    SELECT
        *,
        is_weak_share(share_method, range_share)
            AND count(range_share) FILTER (is_rated AND NOT is_weak_share(share_method, range_share)) OVER of_group
            >= 0.8 * count(*) FILTER (is_rated) OVER of_group AS is_replaced
    FROM (SELECT *, is_counted AND is_assessed(red_list_category) AS is_rated FROM apart)
    WINDOW of_group AS (PARTITION BY country_code, taxon_group)
)

SELECT
    country_code,
    species_key,
    taxon_group,
    index_set,
    red_list_category,
    is_possibly_extinct,
    assessment_year,
    is_introduced,
    is_counted,
    coalesce(is_apart, false) AS is_apart,
    list_basis,
    CASE WHEN NOT is_replaced THEN range_share END AS range_share,
    CASE WHEN NOT is_replaced THEN share_method END AS share_method,
    status_source
FROM better
