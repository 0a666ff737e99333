-- Index of a country's own Red List per group and assessed year: national categories, every species alike.
--   index = 1 - sum(W) / (5 n)      W = weight of a category, regionally extinct 5; n = species with a weight
-- Species are the same in all years; those gone in the group's first year are left out, or kept in the column
-- `_with_first_extinct`. Bounds let each Data Deficient species weigh as one of the n at random: exact quantiles for groups,
-- 1.96 standard errors for roll-ups. Roll-ups are means over groups, in years in which all of them have a value.
-- Reportable when fewer than a fifth of the species go back to later assessments.
-- Source: Bubb et al. 2009, IUCN Red List Index: guidance for national and regional use, version 1.1.
WITH counted AS (
    SELECT
        tally.*,
        weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 AS n,
        weight_1 + 2 * weight_2 + 3 * weight_3 + 4 * weight_4 + 5 * weight_5 AS weight_sum,
        weight_1 + 4 * weight_2 + 9 * weight_3 + 16 * weight_4 + 25 * weight_5 AS weight_square
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
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p025, 0)) / (5 * (n + counted.data_deficient)) END
            AS lower_bound,
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p50, 0)) / (5 * (n + counted.data_deficient)) END
            AS middle,
        CASE WHEN n > 0 THEN 1 - (weight_sum + coalesce(drawn.reached_by_p975, 0)) / (5 * (n + counted.data_deficient)) END
            AS upper_bound,
        sqrt(greatest(0, weight_square / nullif(n, 0) - (weight_sum / nullif(n, 0)) ** 2))
            * sqrt(counted.data_deficient) / nullif(5 * (n + counted.data_deficient), 0) AS standard_error,
        1 AS groups,
        species,
        counted.data_deficient,
        first_extinct,
        genuine_changes,
        CASE
            WHEN n = 0 AND counted.data_deficient > 0 THEN 'all_data_deficient'
            WHEN n = 0 THEN 'no_assessed_species'
            WHEN assessed_by_year / species < 0.8 THEN 'mostly_back_cast'
        END AS reason
    FROM counted
    LEFT JOIN core.data_deficient_weight AS drawn
        ON counted.weight_0 = drawn.weight_0
        AND counted.weight_1 = drawn.weight_1
        AND counted.weight_2 = drawn.weight_2
        AND counted.weight_3 = drawn.weight_3
        AND counted.weight_4 = drawn.weight_4
        AND counted.weight_5 = drawn.weight_5
        AND counted.data_deficient = drawn.data_deficient
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
    SELECT country_code, member_of, count(DISTINCT taxon_group) AS groups FROM member GROUP BY country_code, member_of
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
        min(reason) AS reason
    FROM member
    JOIN wanted ON member.country_code = wanted.country_code AND member.member_of = wanted.member_of
    GROUP BY member.country_code, member.member_of, member.year, wanted.groups
    HAVING count(*) = wanted.groups
),

every_row AS (
    SELECT * EXCLUDE (standard_error) FROM grouped
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (error),
        greatest(0.0, index_value - 1.96 * error) AS lower_bound,
        index_value AS middle,
        least(1.0, index_value + 1.96 * error) AS upper_bound
    FROM rolled_up
),

changed AS (
    SELECT
        *,
        (index_value - first_value(index_value) OVER by_year) / nullif(year - first_value(year) OVER by_year, 0) AS change
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
    change AS national_red_list_index_change,
    groups,
    species,
    data_deficient AS data_deficient_species,
    first_extinct AS first_extinct_species,
    genuine_changes,
    reason IS NULL AS reportable,
    reason,
    change_reason IS NULL AS change_reportable,
    change_reason
FROM (
    SELECT
        *,
        CASE
            WHEN index_value IS NULL THEN reason
            WHEN change IS NULL THEN 'one_assessed_year'
            WHEN reason IS NOT NULL THEN reason
            WHEN change_policy = 'as_published' THEN 'changes_not_explained'
            WHEN genuine_changes < 10 THEN 'too_few_genuine_changes'
        END AS change_reason
    FROM changed
)
