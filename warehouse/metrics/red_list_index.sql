-- Red List Index per country, group and year, weighted by range shares and unweighted, with what Data Deficient species
-- may change.
--   W = weight of a category (LC 0, NT 1, VU 2, EN 3, CR 4, possibly extinct, EW and EX 5), n = species with a weight
--   unweighted = 1 - sum(W) / (5 n)          weighted = 1 - sum(W share) / (5 sum(share)), share = part of the world range
-- Species are the same in all years; those extinct in the group's first year are left out, or kept in the columns
-- `_with_first_extinct`. Data Deficient species (d of them) are left out of the index; its bounds let each weigh as one of
-- the n drawn at random, with replacement:
--   unweighted: exact quantiles of 1 - (sum(W) + K) / (5 (n + d)), K = total weight of d draws; standard error
--     sqrt(d) s / (5 (n + d)), s = standard deviation of W among the n
--   weighted: middle 1 - (sum(W share) + mean(W) sum(share of DD)) / (5 sum(share of all)), standard error
--     s sqrt(sum(share^2 of DD)) / (5 sum(share of all)), bounds at 1.96 and 1.645 standard errors, within 0 to 1
-- Years between two assessed ones are interpolated. A group that the roll-ups use is extrapolated, with the slope of its
-- two closest years, to the country's span: from ten years before the latest first assessment of such groups to the last
-- assessed year of any. With one assessed year only, and for corals before their first, the mean slope of the others counts.
-- A roll-up is the mean of its groups that are assessed worldwide by 80 %; where it has none, of all, and not reportable.
-- Groups without dated assessments are left out of it unless all are. Its bounds follow from the groups' standard errors;
-- it counts as extrapolated before its last group was first assessed, and after all were assessed for the last time.
-- Source: Butchart et al. 2007, PLoS ONE 2(1): e140; Rodrigues et al. 2014, PLoS ONE 9(11): e113934; SDG metadata 15.5.1.
WITH known AS (
    SELECT country_code, taxon_group, count(*) AS species
    FROM core.species_status
    WHERE is_counted AND taxon_group IS NOT NULL
    GROUP BY country_code, taxon_group
),

counted AS (
    SELECT
        *,
        weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 AS n,
        weight_1 + 2 * weight_2 + 3 * weight_3 + 4 * weight_4 + 5 * weight_5 AS weight_sum,
        weight_1 + 4 * weight_2 + 9 * weight_3 + 16 * weight_4 + 25 * weight_5 AS weight_square,
        share_sum + data_deficient_share_sum AS all_share_sum
    FROM core.red_list_tally
    WHERE red_list = 'global'
),

spread AS (
    SELECT
        counted.*,
        coalesce(drawn.reached_by_p025, 0) AS reached_by_p025,
        coalesce(drawn.reached_by_p05, 0) AS reached_by_p05,
        coalesce(drawn.reached_by_p50, 0) AS reached_by_p50,
        coalesce(drawn.reached_by_p95, 0) AS reached_by_p95,
        coalesce(drawn.reached_by_p975, 0) AS reached_by_p975,
        1 - (weighted_share_sum + shared_weight / nullif(shared_species, 0) * data_deficient_share_sum)
            / nullif(5 * all_share_sum, 0) AS weighted_middle,
        CASE
            WHEN shared_species > 0
                THEN sqrt(greatest(0, shared_weight_square / shared_species - (shared_weight / shared_species) ** 2))
                    * sqrt(data_deficient_share_square) / nullif(5 * all_share_sum, 0)
        END AS weighted_error,
        described.roll_up,
        coalesce(at_most_one(described.world_assessed_species / nullif(described.described_species, 0)) >= 0.8, false)
            AS is_comprehensive,
        CASE
            WHEN counted.n = 0 AND counted.data_deficient > 0 THEN 'all_data_deficient'
            WHEN counted.n = 0 THEN 'no_assessed_species'
            WHEN described.world_assessed_species / nullif(described.described_species, 0) IS NULL THEN 'no_described_count'
            WHEN described.world_assessed_species / described.described_species < 0.8 THEN 'group_partly_assessed'
            WHEN counted.species / known.species < 0.8 THEN 'country_partly_assessed'
            WHEN counted.year IS NOT NULL AND counted.assessed_by_year / counted.species < 0.8 THEN 'mostly_back_cast'
        END AS unweighted_reason
    FROM counted
    JOIN core.taxon_group AS described ON counted.taxon_group = described.taxon_group
    JOIN known ON counted.country_code = known.country_code AND counted.taxon_group = known.taxon_group
    LEFT JOIN core.data_deficient_weight AS drawn
        ON counted.weight_0 = drawn.weight_0
        AND counted.weight_1 = drawn.weight_1
        AND counted.weight_2 = drawn.weight_2
        AND counted.weight_3 = drawn.weight_3
        AND counted.weight_4 = drawn.weight_4
        AND counted.weight_5 = drawn.weight_5
        AND counted.data_deficient = drawn.data_deficient
),

-- All numbers of a row in one list, so that interpolating is one expression: 1 to 9 weighted (index, with first extinct,
-- 2.5, 5, 50, 95, 97.5 %, DD as LC, DD as CR), 10 its variance, 11 to 19 the same unweighted, 20 its standard error.
point AS (
    SELECT
        * EXCLUDE (weight_0, weight_1, weight_2, weight_3, weight_4, weight_5),
        [
            1 - weighted_share_sum / nullif(5 * share_sum, 0),
            1 - (weighted_share_sum + 5 * first_extinct_share_sum) / nullif(5 * (share_sum + first_extinct_share_sum), 0),
            weighted_middle - 1.96 * weighted_error,
            weighted_middle - 1.645 * weighted_error,
            weighted_middle,
            weighted_middle + 1.645 * weighted_error,
            weighted_middle + 1.96 * weighted_error,
            1 - weighted_share_sum / nullif(5 * all_share_sum, 0),
            1 - (weighted_share_sum + 4 * data_deficient_share_sum) / nullif(5 * all_share_sum, 0),
            weighted_error ** 2,
            1 - weight_sum / nullif(5 * n, 0),
            1 - (weight_sum + 5 * first_extinct) / nullif(5 * (n + first_extinct), 0),
            CASE WHEN n > 0 THEN 1 - (weight_sum + reached_by_p025) / (5 * (n + data_deficient)) END,
            CASE WHEN n > 0 THEN 1 - (weight_sum + reached_by_p05) / (5 * (n + data_deficient)) END,
            CASE WHEN n > 0 THEN 1 - (weight_sum + reached_by_p50) / (5 * (n + data_deficient)) END,
            CASE WHEN n > 0 THEN 1 - (weight_sum + reached_by_p95) / (5 * (n + data_deficient)) END,
            CASE WHEN n > 0 THEN 1 - (weight_sum + reached_by_p975) / (5 * (n + data_deficient)) END,
            1 - weight_sum / nullif(5 * (n + data_deficient), 0),
            1 - (weight_sum + 4 * data_deficient) / nullif(5 * (n + data_deficient), 0),
            CASE
                WHEN n > 0
                    THEN sqrt(greatest(0, weight_square / n - (weight_sum / n) ** 2)) * sqrt(data_deficient)
                        / (5 * (n + data_deficient))
            END
        ] AS numbers,
        CASE
            WHEN unweighted_reason IS NOT NULL THEN unweighted_reason
            WHEN share_sum = 0 OR known_share < 0.8 THEN 'no_range_share'
        END AS reason
    FROM spread
),

sloped AS (
    SELECT
        *,
        list_transform(
            list_zip(numbers, lead(numbers) OVER by_year), lambda pair: (pair[2] - pair[1]) / (lead_year - year)
        ) AS slope_after,
        list_transform(
            list_zip(numbers, lag(numbers) OVER by_year), lambda pair: (pair[1] - pair[2]) / (year - lag_year)
        ) AS slope_before
    FROM (SELECT *, lead(year) OVER by_year AS lead_year, lag(year) OVER by_year AS lag_year
          FROM point WHERE year IS NOT NULL
          WINDOW by_year AS (PARTITION BY country_code, taxon_group ORDER BY year))
    WINDOW by_year AS (PARTITION BY country_code, taxon_group ORDER BY year)
),

ends AS (
    SELECT
        country_code,
        taxon_group,
        is_comprehensive,
        min(year) AS first_year,
        max(year) AS last_year,
        min_by(slope_after, year) FILTER (lead_year IS NOT NULL) AS first_slope,
        max_by(slope_before, year) FILTER (lag_year IS NOT NULL) AS last_slope
    FROM sloped
    GROUP BY country_code, taxon_group, is_comprehensive
),

span AS (
    SELECT
        country_code,
        max(first_year) - 10 AS first_year,
        max(last_year) AS last_year,
        list(first_slope ORDER BY taxon_group) FILTER (first_slope IS NOT NULL AND taxon_group <> 'corals') AS first_slopes,
        list(last_slope ORDER BY taxon_group) FILTER (last_slope IS NOT NULL) AS last_slopes
    FROM ends
    WHERE is_comprehensive
    GROUP BY country_code
),

spanned AS (
    SELECT
        ends.*,
        CASE WHEN ends.is_comprehensive THEN least(ends.first_year, span.first_year) ELSE ends.first_year END AS from_year,
        CASE WHEN ends.is_comprehensive THEN greatest(ends.last_year, span.last_year) ELSE ends.last_year END AS to_year,
        CASE
            WHEN ends.first_slope IS NULL OR ends.taxon_group = 'corals'
                THEN list_transform(range(1, 21), lambda place: coalesce(list_avg(list_transform(span.first_slopes, lambda slope: slope[place])), 0.0))
            ELSE ends.first_slope
        END AS slope_back,
        CASE
            WHEN ends.last_slope IS NULL
                THEN list_transform(range(1, 21), lambda place: coalesce(list_avg(list_transform(span.last_slopes, lambda slope: slope[place])), 0.0))
            ELSE ends.last_slope
        END AS slope_on
    FROM ends
    LEFT JOIN span ON ends.country_code = span.country_code
),

grid AS (
    SELECT country_code, taxon_group, slope_back, slope_on, unnest(range(from_year, to_year + 1)) AS year FROM spanned
),

bracketed AS (
    SELECT
        grid.*,
        before.year AS year_before,
        before.numbers AS numbers_before,
        before.reason AS reason_before,
        before.unweighted_reason AS unweighted_reason_before
    FROM grid
    ASOF LEFT JOIN sloped AS before
        ON grid.country_code = before.country_code AND grid.taxon_group = before.taxon_group AND grid.year >= before.year
),

valued AS (
    SELECT
        bracketed.country_code,
        bracketed.taxon_group,
        bracketed.year,
        CASE
            WHEN year_before = bracketed.year THEN 'assessed'
            WHEN year_before IS NULL OR after.year IS NULL THEN 'extrapolated'
            ELSE 'interpolated'
        END AS value_kind,
        CASE
            WHEN year_before = bracketed.year THEN numbers_before
            WHEN year_before IS NULL
                THEN list_transform(list_zip(after.numbers, slope_back), lambda pair: pair[1] + (bracketed.year - after.year) * pair[2])
            WHEN after.year IS NULL
                THEN list_transform(list_zip(numbers_before, slope_on), lambda pair: pair[1] + (bracketed.year - year_before) * pair[2])
            ELSE list_transform(
                list_zip(numbers_before, after.numbers),
                lambda pair: pair[1] + (pair[2] - pair[1]) * (bracketed.year - year_before) / (after.year - year_before)
            )
        END AS numbers,
        CASE
            WHEN year_before = bracketed.year OR after.year IS NULL THEN reason_before
            ELSE coalesce(reason_before, after.reason)
        END AS reason,
        CASE
            WHEN year_before = bracketed.year OR after.year IS NULL THEN unweighted_reason_before
            ELSE coalesce(unweighted_reason_before, after.unweighted_reason)
        END AS unweighted_reason
    FROM bracketed
    ASOF LEFT JOIN sloped AS after
        ON bracketed.country_code = after.country_code
        AND bracketed.taxon_group = after.taxon_group
        AND bracketed.year <= after.year
    UNION ALL
    SELECT country_code, taxon_group, NULL, 'undated', numbers, reason, unweighted_reason
    FROM point
    WHERE year IS NULL
),

complete AS (
    SELECT
        valued.country_code,
        valued.taxon_group,
        valued.year,
        valued.value_kind,
        list_transform(
            valued.numbers, lambda number: CASE WHEN number IS NOT NULL THEN greatest(0.0, least(1.0, number)) END
        ) AS numbers,
        valued.reason,
        valued.unweighted_reason,
        last.roll_up,
        last.is_comprehensive,
        last.change_policy,
        last.species,
        last.data_deficient,
        last.first_extinct,
        last.assessed_by_year,
        last.genuine_changes
    FROM valued
    ASOF LEFT JOIN (SELECT * REPLACE (coalesce(year, -1) AS year) FROM point) AS last
        ON valued.country_code = last.country_code
        AND valued.taxon_group = last.taxon_group
        AND coalesce(valued.year, -1) >= last.year
),

filled AS (
    SELECT
        complete.* REPLACE (
            coalesce(complete.roll_up, first.roll_up) AS roll_up,
            coalesce(complete.is_comprehensive, first.is_comprehensive) AS is_comprehensive,
            coalesce(complete.change_policy, first.change_policy) AS change_policy,
            coalesce(complete.species, first.species) AS species,
            coalesce(complete.data_deficient, first.data_deficient) AS data_deficient,
            coalesce(complete.first_extinct, first.first_extinct) AS first_extinct,
            coalesce(complete.assessed_by_year, 0) AS assessed_by_year,
            coalesce(complete.genuine_changes, 0) AS genuine_changes
        ),
        first.year AS first_year,
        span.first_year AS span_first_year
    FROM complete
    JOIN (
        SELECT * FROM point
        QUALIFY row_number() OVER (PARTITION BY country_code, taxon_group ORDER BY year) = 1
    ) AS first
        ON complete.country_code = first.country_code AND complete.taxon_group = first.taxon_group
    LEFT JOIN span ON complete.country_code = span.country_code
),

member AS (
    SELECT
        *,
        unnest(CASE WHEN roll_up IS NULL THEN ['all'] ELSE [roll_up, 'all'] END) AS member_of
    FROM filled
),

chosen AS (
    SELECT *
    FROM (
        SELECT *
        FROM member
        QUALIFY
            is_comprehensive AND numbers[11] IS NOT NULL
            OR NOT bool_or(is_comprehensive AND numbers[11] IS NOT NULL) OVER (PARTITION BY country_code, member_of)
    )
    QUALIFY
        CASE
            WHEN year IS NULL THEN NOT bool_or(year IS NOT NULL) OVER (PARTITION BY country_code, member_of)
            ELSE NOT is_comprehensive OR year >= span_first_year
        END
),

rolled_up AS (
    SELECT
        country_code,
        member_of AS taxon_group,
        year,
        CASE
            WHEN bool_or(year < first_year) OR bool_and(value_kind = 'extrapolated') THEN 'extrapolated'
            WHEN bool_and(value_kind = 'assessed') THEN 'assessed'
            WHEN year IS NULL THEN 'undated'
            ELSE 'interpolated'
        END AS value_kind,
        -- Of the whole series: a trend over several years is as well explained as its least explained group.
        min(min(change_policy)) OVER (PARTITION BY country_code, member_of) AS change_policy,
        avg(numbers[1] ORDER BY taxon_group) AS weighted,
        avg(numbers[2] ORDER BY taxon_group) AS weighted_with_first,
        avg(numbers[5] ORDER BY taxon_group) AS weighted_middle,
        sqrt(sum(numbers[10] ORDER BY taxon_group)) / nullif(count(numbers[10]), 0) AS weighted_error,
        avg(numbers[8] ORDER BY taxon_group) AS weighted_lc,
        avg(numbers[9] ORDER BY taxon_group) AS weighted_cr,
        avg(numbers[11] ORDER BY taxon_group) AS unweighted,
        avg(numbers[12] ORDER BY taxon_group) AS unweighted_with_first,
        sqrt(sum(numbers[20] ** 2 ORDER BY taxon_group)) / nullif(count(numbers[20]), 0) AS unweighted_error,
        avg(numbers[18] ORDER BY taxon_group) AS unweighted_lc,
        avg(numbers[19] ORDER BY taxon_group) AS unweighted_cr,
        count(numbers[11]) AS groups,
        sum(species) AS species,
        sum(data_deficient) AS data_deficient,
        sum(first_extinct) AS first_extinct,
        sum(assessed_by_year) AS assessed_by_year,
        sum(genuine_changes) AS genuine_changes,
        CASE
            WHEN count(numbers[11]) = 0 THEN min(unweighted_reason)
            WHEN NOT bool_or(is_comprehensive AND numbers[11] IS NOT NULL) THEN 'group_partly_assessed'
            ELSE min(unweighted_reason) FILTER (numbers[11] IS NOT NULL)
        END AS unweighted_reason,
        CASE
            WHEN count(numbers[1]) = 0 THEN min(reason)
            WHEN NOT bool_or(is_comprehensive AND numbers[11] IS NOT NULL) THEN 'group_partly_assessed'
            ELSE min(reason) FILTER (numbers[1] IS NOT NULL)
        END AS reason
    FROM chosen
    GROUP BY country_code, member_of, year
),

every_row AS (
    SELECT
        country_code,
        taxon_group,
        year,
        value_kind,
        change_policy,
        numbers,
        1 AS groups,
        species,
        data_deficient,
        first_extinct,
        assessed_by_year,
        genuine_changes,
        reason,
        unweighted_reason
    FROM filled
    UNION ALL BY NAME
    SELECT
        country_code,
        taxon_group,
        year,
        value_kind,
        change_policy,
        list_transform(
            [
                weighted, weighted_with_first, weighted_middle - 1.96 * weighted_error,
                weighted_middle - 1.645 * weighted_error, weighted_middle, weighted_middle + 1.645 * weighted_error,
                weighted_middle + 1.96 * weighted_error, weighted_lc, weighted_cr, weighted_error ** 2, unweighted,
                unweighted_with_first, unweighted - 1.96 * unweighted_error, unweighted - 1.645 * unweighted_error,
                unweighted, unweighted + 1.645 * unweighted_error, unweighted + 1.96 * unweighted_error, unweighted_lc,
                unweighted_cr, unweighted_error
            ],
            lambda number: CASE WHEN number IS NOT NULL THEN greatest(0.0, least(1.0, number)) END
        ) AS numbers,
        groups,
        species,
        data_deficient,
        first_extinct,
        assessed_by_year,
        genuine_changes,
        reason,
        unweighted_reason
    FROM rolled_up
),

compared AS (
    SELECT
        *,
        -- The first year with a value: min_by passes over years without one, and both must mean the same year.
        min(year) FILTER (value_kind IN ('assessed', 'interpolated') AND numbers[1] IS NOT NULL)
            OVER (PARTITION BY country_code, taxon_group) AS base_year,
        min_by(numbers[1], year) FILTER (value_kind IN ('assessed', 'interpolated'))
            OVER (PARTITION BY country_code, taxon_group) AS base_value
    FROM every_row
),

changed AS (
    SELECT
        *,
        CASE WHEN value_kind <> 'extrapolated' AND year > base_year THEN (numbers[1] - base_value) / (year - base_year) END
            AS change
    FROM compared
),

official AS (
    SELECT country_code, year, value, value_lower, value_upper
    FROM core.indicator_observation
    WHERE series_code = 'ER_RSK_LST' AND disaggregation = 'total' AND value BETWEEN 0 AND 1
),

beside AS (
    SELECT
        coalesce(changed.country_code, official.country_code) AS country_code,
        coalesce(changed.taxon_group, 'all') AS taxon_group,
        coalesce(changed.year, official.year) AS year,
        changed.* EXCLUDE (country_code, taxon_group, year, reason, unweighted_reason),
        CASE
            WHEN changed.country_code IS NOT NULL THEN changed.reason
            WHEN own.country_code IS NULL THEN 'no_assessed_species'
            ELSE 'no_data'
        END AS reason,
        CASE
            WHEN changed.country_code IS NOT NULL THEN changed.unweighted_reason
            WHEN own.country_code IS NULL THEN 'no_assessed_species'
            ELSE 'no_data'
        END AS unweighted_reason,
        official.value,
        CASE WHEN official.value_lower BETWEEN 0 AND 1 THEN official.value_lower END AS value_lower,
        CASE WHEN official.value_upper BETWEEN 0 AND 1 THEN official.value_upper END AS value_upper,
        CASE
            WHEN official.value IS NOT NULL THEN NULL
            WHEN changed.taxon_group <> 'all' THEN 'roll_up_only'
            ELSE 'no_data'
        END AS official_reason
    FROM changed
    FULL JOIN official
        ON changed.country_code = official.country_code
        AND changed.year = official.year
        AND changed.taxon_group = 'all'
    LEFT JOIN (SELECT DISTINCT country_code FROM point) AS own ON official.country_code = own.country_code
)

SELECT
    country_code,
    taxon_group,
    year,
    value_kind,
    change_policy,
    numbers[1] AS red_list_index,
    numbers[3] AS red_list_index_lower,
    numbers[4] AS red_list_index_p05,
    numbers[5] AS red_list_index_p50,
    numbers[6] AS red_list_index_p95,
    numbers[7] AS red_list_index_upper,
    numbers[8] AS red_list_index_if_dd_least_concern,
    numbers[9] AS red_list_index_if_dd_critically_endangered,
    numbers[2] AS red_list_index_with_first_extinct,
    numbers[11] AS red_list_index_unweighted,
    numbers[13] AS red_list_index_unweighted_lower,
    numbers[14] AS red_list_index_unweighted_p05,
    numbers[15] AS red_list_index_unweighted_p50,
    numbers[16] AS red_list_index_unweighted_p95,
    numbers[17] AS red_list_index_unweighted_upper,
    numbers[20] AS red_list_index_unweighted_standard_error,
    numbers[18] AS red_list_index_unweighted_if_dd_least_concern,
    numbers[19] AS red_list_index_unweighted_if_dd_critically_endangered,
    numbers[12] AS red_list_index_unweighted_with_first_extinct,
    change AS red_list_index_change,
    value AS official_red_list_index,
    value_lower AS official_red_list_index_lower,
    value_upper AS official_red_list_index_upper,
    numbers[1] - value AS difference_from_official,
    coalesce(groups, 0) AS groups,
    coalesce(species, 0) AS species,
    coalesce(data_deficient, 0) AS data_deficient_species,
    coalesce(first_extinct, 0) AS first_extinct_species,
    coalesce(assessed_by_year, 0) AS assessed_by_year_species,
    coalesce(genuine_changes, 0) AS genuine_changes,
    reason IS NULL AS reportable,
    reason,
    unweighted_reason IS NULL AS unweighted_reportable,
    unweighted_reason,
    change_reason IS NULL AS change_reportable,
    change_reason,
    official_reason IS NULL AS official_reportable,
    official_reason,
    difference_reason IS NULL AS difference_reportable,
    difference_reason
FROM (
    SELECT
        *,
        CASE
            WHEN value_kind = 'extrapolated' THEN 'extrapolated'
            WHEN change IS NULL AND numbers[1] IS NULL THEN reason
            WHEN change IS NULL THEN 'one_assessed_year'
            WHEN reason IS NOT NULL THEN reason
            WHEN change_policy = 'as_published' THEN 'changes_not_explained'
            WHEN genuine_changes < 10 THEN 'too_few_genuine_changes'
        END AS change_reason,
        coalesce(reason, official_reason) AS difference_reason
    FROM beside
)
