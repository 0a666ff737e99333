-- Index of a country's own Red List per group and assessed year: national categories, every species alike.
--   index = 1 - sum(W) / (5 n)      W = weight of a category, regionally extinct 5; n = species with a weight
-- Species are the same in all years; those gone in the group's first year are left out, or kept in the column
-- `_with_first_extinct`. Bounds let each Data Deficient species weigh as one of the n at random: exact quantiles for groups,
-- 1.96 standard errors for roll-ups. Roll-ups are means over two groups or more, in years in which all of them have a value.
-- Reportable from 10 species on, in a year in which the list assessed the group as a whole (is_reassessed in
-- core.red_list_tally), when the list is complete: it says so and has a category for at least 80 % of the species that it
-- names; or it has one for at least 80 % of the species that it or a country list of the group names, whichever are more.
-- Only for groups that are assessed worldwide by 80 % does a country list hold the group: one of butterflies is none of
-- insects. Where no source says which changes are genuine, only the latest such year is: an earlier value differs by what
-- was learned since. Where several sources make the list, no more than 5 % of its species may be apart, for these may be
-- counted twice. A roll-up is reportable where each of its groups that is known from the country has a value.
-- Source: Bubb et al. 2009, IUCN Red List Index: guidance for national and regional use, version 1.1.
WITH known AS (
    SELECT
        status.country_code,
        status.taxon_group,
        count(*) AS species,
        weakest_basis(status.list_basis) = 'country_list'
            AND coalesce(
                any_value(described.world_assessed_species) / nullif(any_value(described.described_species), 0) >= 0.8,
                group_of_set(status.taxon_group) IS NOT NULL
            ) AS holds_group
    FROM (
        SELECT country_code, list_basis, unnest(index_groups(taxon_group, index_set)) AS taxon_group
        FROM core.species_status
        WHERE is_counted AND taxon_group IS NOT NULL
    ) AS status
    LEFT JOIN core.taxon_group AS described ON status.taxon_group = described.taxon_group
    GROUP BY status.country_code, status.taxon_group
),

-- What each list says of itself: the species it names, assessed or not, and whether it names them all.
named AS (
    SELECT
        scope AS country_code,
        taxon_group,
        count(DISTINCT species_key) FILTER (red_list_category <> 'NA') AS species,
        coalesce(bool_or(is_complete_list), false) AS is_complete
    FROM (
        SELECT
            scope, species_key, red_list_category, is_complete_list,
            unnest(index_groups(taxon_group, index_set)) AS taxon_group
        FROM landed.assessment
        WHERE scope <> 'global' AND taxon_group IS NOT NULL AND (unit_key = scope OR NOT is_country_unit(unit_key))
    )
    GROUP BY scope, taxon_group
),

-- Species that may be on the list twice, where several sources make it: apart as in core.species_status. A list of one
-- source has each species once, whatever its keys. An assessment names no checklist, so a key that no other table knows, and
-- that does not begin with `name:` or `iucn:`, is taken as one of the usual checklist.
listed AS (
    SELECT DISTINCT
        stated.scope AS country_code,
        unnest(index_groups(coalesce(stated.taxon_group, known.taxon_group), stated.index_set)) AS taxon_group,
        stated.species_key,
        stated.source,
        checklist_of(known.checklist_key, stated.species_key) AS checklist_key
    FROM landed.assessment AS stated
    LEFT JOIN core.country_species AS known
        ON stated.scope = known.country_code AND stated.species_key = known.species_key
    WHERE stated.scope <> 'global'
        AND is_assessed(stated.red_list_category)
        AND (stated.unit_key = stated.scope OR NOT is_country_unit(stated.unit_key))
),

main_list AS (
    SELECT country_code, taxon_group, source, checklist_key
    FROM (
        SELECT
            country_code,
            taxon_group,
            source,
            checklist_key,
            count(*) AS species,
            sum(count(*)) OVER (PARTITION BY country_code, taxon_group, source) AS listed_species
        FROM listed
        GROUP BY country_code, taxon_group, source, checklist_key
    )
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, taxon_group
            ORDER BY listed_species DESC, source_precedence(source), source, species DESC, checklist_key
        ) = 1
),

apart AS (
    SELECT
        country_code,
        taxon_group,
        count(*) FILTER (NOT is_on_main_list AND is_of_other_checklist)
            + least(
                count(*) FILTER (NOT is_on_main_list AND NOT is_of_other_checklist),
                count(*) FILTER (is_on_main_list AND is_of_other_checklist)
            ) AS species
    FROM (
        SELECT
            listed.country_code,
            listed.taxon_group,
            listed.species_key,
            bool_or(listed.source = main_list.source) AS is_on_main_list,
            any_value(listed.checklist_key) <> any_value(main_list.checklist_key)
                AND (
                    contains(any_value(listed.checklist_key || main_list.checklist_key), ':')
                    OR '' NOT IN (any_value(listed.checklist_key), any_value(main_list.checklist_key))
                ) AS is_of_other_checklist
        FROM listed
        JOIN main_list ON listed.country_code = main_list.country_code AND listed.taxon_group = main_list.taxon_group
        GROUP BY listed.country_code, listed.taxon_group, listed.species_key
    )
    GROUP BY country_code, taxon_group
),

counted AS (
    SELECT
        tally.*,
        weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 AS n,
        weight_1 + 2 * weight_2 + 3 * weight_3 + 4 * weight_4 + 5 * weight_5 AS weight_sum,
        weight_1 + 4 * weight_2 + 9 * weight_3 + 16 * weight_4 + 25 * weight_5 AS weight_square,
        max(year) FILTER (is_reassessed) OVER (PARTITION BY country_code, taxon_group) AS latest_year
    FROM core.red_list_tally AS tally
    WHERE red_list = 'national' AND year IS NOT NULL
),

grouped AS (
    SELECT
        counted.country_code,
        counted.taxon_group,
        counted.year,
        counted.change_policy,
        1 - weight_sum / nullif(5 * n, 0) AS index_value,
        1 - (weight_sum + 5 * first_extinct) / nullif(5 * (n + first_extinct), 0) AS with_first_extinct,
        CASE
            WHEN n + first_extinct > 0
                THEN 1 - (weight_sum + 5 * first_extinct + coalesce(drawn_with_first.reached_by_p025, 0))
                    / (5 * (n + first_extinct + counted.data_deficient))
        END AS with_first_lower,
        CASE
            WHEN n + first_extinct > 0
                THEN 1 - (weight_sum + 5 * first_extinct + coalesce(drawn_with_first.reached_by_p975, 0))
                    / (5 * (n + first_extinct + counted.data_deficient))
        END AS with_first_upper,
        sqrt(greatest(
            0,
            (weight_square + 25 * first_extinct) / nullif(n + first_extinct, 0)
            - ((weight_sum + 5 * first_extinct) / nullif(n + first_extinct, 0)) ** 2
        )) * sqrt(counted.data_deficient) / nullif(5 * (n + first_extinct + counted.data_deficient), 0)
            AS with_first_error,
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p025, 0)) / (5 * (n + counted.data_deficient)) END
            AS lower_bound,
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p50, 0)) / (5 * (n + counted.data_deficient)) END
            AS middle,
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p975, 0)) / (5 * (n + counted.data_deficient)) END
            AS upper_bound,
        sqrt(greatest(0, weight_square / nullif(n, 0) - (weight_sum / nullif(n, 0)) ** 2))
            * sqrt(counted.data_deficient) / nullif(5 * (n + counted.data_deficient), 0) AS standard_error,
        1 AS groups,
        counted.species,
        counted.data_deficient,
        first_extinct,
        genuine_changes,
        greatest(known.species, named.species) AS known_species,
        coalesce(apart.species, 0) AS apart_species,
        CASE
            WHEN n = 0 AND counted.data_deficient > 0 THEN 'all_data_deficient'
            WHEN n = 0 THEN 'no_assessed_species'
            WHEN is_mixed_list(apart.species, n) THEN 'mixed_checklists'
            WHEN NOT coalesce(named.is_complete, false) AND NOT coalesce(known.holds_group, false)
                THEN 'completeness_unknown'
            WHEN counted.species
                < 0.8 * CASE WHEN named.is_complete THEN named.species ELSE greatest(known.species, named.species) END
                THEN 'country_partly_assessed'
            WHEN n < 10 THEN 'too_few_species'
            WHEN NOT is_reassessed THEN 'not_assessed_together'
            WHEN assessed_by_year / counted.species < 0.8 THEN 'mostly_back_cast'
            WHEN change_policy = 'as_published' AND counted.year < latest_year THEN 'changes_not_explained'
        END AS reason
    FROM counted
    LEFT JOIN known ON counted.country_code = known.country_code AND counted.taxon_group = known.taxon_group
    LEFT JOIN named ON counted.country_code = named.country_code AND counted.taxon_group = named.taxon_group
    LEFT JOIN apart ON counted.country_code = apart.country_code AND counted.taxon_group = apart.taxon_group
    LEFT JOIN core.data_deficient_weight AS drawn
        ON counted.weight_0 = drawn.weight_0
        AND counted.weight_1 = drawn.weight_1
        AND counted.weight_2 = drawn.weight_2
        AND counted.weight_3 = drawn.weight_3
        AND counted.weight_4 = drawn.weight_4
        AND counted.weight_5 = drawn.weight_5
        AND counted.data_deficient = drawn.data_deficient
    LEFT JOIN core.data_deficient_weight AS drawn_with_first
        ON counted.weight_0 = drawn_with_first.weight_0
        AND counted.weight_1 = drawn_with_first.weight_1
        AND counted.weight_2 = drawn_with_first.weight_2
        AND counted.weight_3 = drawn_with_first.weight_3
        AND counted.weight_4 = drawn_with_first.weight_4
        AND counted.weight_5 + counted.first_extinct = drawn_with_first.weight_5
        AND counted.data_deficient = drawn_with_first.data_deficient
),

member AS (
    SELECT
        grouped.*,
        unnest(CASE WHEN described.roll_up IS NULL THEN ['all'] ELSE [described.roll_up, 'all'] END) AS member_of
    FROM grouped
    JOIN core.taxon_group AS described ON grouped.taxon_group = described.taxon_group
    WHERE index_value IS NOT NULL
),

wanted AS (
    SELECT country_code, member_of, count(DISTINCT taxon_group) AS groups
    FROM member
    GROUP BY country_code, member_of
    HAVING count(DISTINCT taxon_group) >= 2
),

living AS (
    SELECT
        known.country_code,
        unnest(CASE WHEN described.roll_up IS NULL THEN ['all'] ELSE [described.roll_up, 'all'] END) AS member_of,
        known.taxon_group
    FROM known
    JOIN core.taxon_group AS described ON known.taxon_group = described.taxon_group
),

lacking AS (
    SELECT living.country_code, living.member_of
    FROM living
    ANTI JOIN member
        ON living.country_code = member.country_code
        AND living.member_of = member.member_of
        AND living.taxon_group = member.taxon_group
    GROUP BY living.country_code, living.member_of
),

rolled_up AS (
    SELECT
        member.country_code,
        member.member_of AS taxon_group,
        member.year,
        min(member.change_policy) AS change_policy,
        avg(index_value ORDER BY member.taxon_group) AS index_value,
        avg(with_first_extinct ORDER BY member.taxon_group) AS with_first_extinct,
        sqrt(sum(standard_error ** 2 ORDER BY member.taxon_group)) / count(*) AS error,
        count(*) AS groups,
        sum(species) AS species,
        sum(data_deficient) AS data_deficient,
        sum(first_extinct) AS first_extinct,
        sum(genuine_changes) AS genuine_changes,
        sum(known_species) AS known_species,
        sum(apart_species) AS apart_species,
        sqrt(sum(with_first_error ** 2 ORDER BY member.taxon_group)) / count(*) AS first_error,
        coalesce(min(reason), CASE WHEN bool_or(lacking.country_code IS NOT NULL) THEN 'groups_missing' END) AS reason
    FROM member
    LEFT JOIN lacking ON member.country_code = lacking.country_code AND member.member_of = lacking.member_of
    JOIN wanted ON member.country_code = wanted.country_code AND member.member_of = wanted.member_of
    GROUP BY member.country_code, member.member_of, member.year, wanted.groups
    HAVING count(*) = wanted.groups
),

every_row AS (
    SELECT * EXCLUDE (standard_error, with_first_error) FROM grouped
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (error, first_error),
        greatest(0.0, with_first_extinct - 1.96 * first_error) AS with_first_lower,
        least(1.0, with_first_extinct + 1.96 * first_error) AS with_first_upper,
        greatest(0.0, index_value - 1.96 * error) AS lower_bound,
        index_value AS middle,
        least(1.0, index_value + 1.96 * error) AS upper_bound
    FROM rolled_up
),

changed AS (
    SELECT
        *,
        CASE
            WHEN change_policy = 'genuine_changes'
                THEN (index_value - first_value(index_value) OVER by_year) / nullif(year - first_value(year) OVER by_year, 0)
        END AS change
    FROM every_row
    WINDOW by_year AS (PARTITION BY country_code, taxon_group ORDER BY year)
)

SELECT
    country_code,
    taxon_group,
    year,
    change_policy,
    index_value AS national_red_list_index,
    lower_bound AS national_red_list_index_lower,
    middle AS national_red_list_index_p50,
    upper_bound AS national_red_list_index_upper,
    with_first_extinct AS national_red_list_index_with_first_extinct,
    with_first_lower AS national_red_list_index_with_first_extinct_lower,
    with_first_upper AS national_red_list_index_with_first_extinct_upper,
    change AS national_red_list_index_change,
    groups,
    species,
    data_deficient AS data_deficient_species,
    first_extinct AS first_extinct_species,
    genuine_changes,
    known_species,
    apart_species,
    reason IS NULL AS reportable,
    reason,
    change_reason IS NULL AS change_reportable,
    change_reason
FROM (
    SELECT
        *,
        CASE
            WHEN index_value IS NULL THEN reason
            WHEN change_policy = 'as_published' THEN 'changes_not_explained'
            WHEN change IS NULL THEN 'one_assessed_year'
            WHEN reason IS NOT NULL THEN reason
            WHEN genuine_changes < 10 THEN 'too_few_genuine_changes'
        END AS change_reason
    FROM changed
)
