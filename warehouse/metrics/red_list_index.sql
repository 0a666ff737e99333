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
-- An assessed year is one in which the group was assessed as a whole (is_reassessed in core.red_list_tally); other years are
-- shown as `partly_assessed` and are not reportable. Where no source says which changes are genuine, a change may be one of
-- knowledge: then only the latest assessed year is reportable, earlier ones are shown, and nothing lies between or beyond.
-- Where changes are explained, years between two assessed ones are interpolated, and a group that the roll-ups use is
-- extrapolated, with the slope of its two closest years, to the country's span: from ten years before the latest first
-- assessment of such groups to the last assessed year of any. With one assessed year only, and for corals before their
-- first, the mean slope of the others counts.
-- A roll-up is the mean of its groups, in years in which each has a value: `all` holds the five of SDG 15.5.1 (birds, mammals,
-- amphibians, cycads, reef-building corals), another roll-up those of its groups that are assessed worldwide by 80 %, two at
-- least. A group may be absent only where that is known: from the Red List's own list of the country, and corals from a
-- country without a sea; where one is missing otherwise, the roll-up has no value, and none weighted where one has none. Its
-- bounds follow from the groups' standard errors; it counts as extrapolated before its last group was first assessed, and
-- after all were for the last time.
-- At least 10 species with a weight in each group: with fewer, one species that moves by one category moves the index by more
-- than 0.02, and more than the world's index of birds moved in 36 years. No more than 5 % of them may be apart (is_apart in
-- core.species_status), for these may be counted twice.
-- Source: Butchart et al. 2007, PLoS ONE 2(1): e140; Rodrigues et al. 2014, PLoS ONE 9(11): e113934; SDG metadata 15.5.1.
WITH known AS (
    SELECT
        country_code,
        taxon_group,
        count(*) AS species,
        count(*) FILTER (is_apart AND is_assessed(category) AND NOT is_extinct(category) AND category <> 'DD')
            AS apart_species
    FROM (
        SELECT
            country_code, unnest(index_groups(taxon_group, index_set)) AS taxon_group, red_list_category AS category, is_apart
        FROM core.species_status
        WHERE is_counted AND taxon_group IS NOT NULL
    )
    GROUP BY country_code, taxon_group
),

counted AS (
    SELECT
        *,
        weight_0 + weight_1 + weight_2 + weight_3 + weight_4 + weight_5 AS n,
        weight_1 + 2 * weight_2 + 3 * weight_3 + 4 * weight_4 + 5 * weight_5 AS weight_sum,
        weight_1 + 4 * weight_2 + 9 * weight_3 + 16 * weight_4 + 25 * weight_5 AS weight_square,
        share_sum + data_deficient_share_sum AS all_share_sum,
        shared_species + first_extinct_shared AS shared_with_first,
        shared_weight + 5 * first_extinct_shared AS weight_with_first,
        shared_weight_square + 25 * first_extinct_shared AS square_with_first,
        share_sum + data_deficient_share_sum + first_extinct_share_sum AS all_share_with_first,
        max(year) FILTER (is_reassessed) OVER (PARTITION BY country_code, taxon_group) AS latest_year
    FROM core.red_list_tally
    WHERE red_list = 'global'
),

spread AS (
    SELECT
        counted.*,
        known.apart_species,
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
        coalesce(drawn_with_first.reached_by_p025, 0) AS with_first_by_p025,
        coalesce(drawn_with_first.reached_by_p975, 0) AS with_first_by_p975,
        1 - (weighted_share_sum + 5 * first_extinct_share_sum
            + weight_with_first / nullif(shared_with_first, 0) * data_deficient_share_sum)
            / nullif(5 * all_share_with_first, 0) AS with_first_middle,
        CASE
            WHEN shared_with_first > 0
                THEN sqrt(greatest(0, square_with_first / shared_with_first - (weight_with_first / shared_with_first) ** 2))
                    * sqrt(data_deficient_share_square) / nullif(5 * all_share_with_first, 0)
        END AS with_first_error,
        coalesce(
            described.world_assessed_species / nullif(described.described_species, 0) >= 0.8,
            group_of_set(counted.taxon_group) IS NOT NULL
        ) AS is_comprehensive,
        CASE
            WHEN counted.n = 0 AND counted.data_deficient > 0 THEN 'all_data_deficient'
            WHEN counted.n = 0 THEN 'no_assessed_species'
            WHEN is_mixed_list(known.apart_species, counted.n) THEN 'mixed_checklists'
            WHEN group_of_set(counted.taxon_group) IS NOT NULL THEN NULL
            WHEN described.world_assessed_species / nullif(described.described_species, 0) IS NULL THEN 'no_described_count'
            WHEN described.world_assessed_species / described.described_species < 0.8 THEN 'group_partly_assessed'
        END AS group_reason,
        CASE
            WHEN counted.species / known.species < 0.8 THEN 'country_partly_assessed'
            WHEN counted.n < 10 THEN 'too_few_species'
            WHEN counted.year IS NOT NULL AND NOT counted.is_reassessed THEN 'not_assessed_together'
            WHEN counted.year IS NOT NULL AND counted.assessed_by_year / counted.species < 0.8 THEN 'mostly_back_cast'
            WHEN counted.change_policy = 'as_published' AND counted.year < counted.latest_year THEN 'changes_not_explained'
        END AS country_reason,
        coalesce(group_reason, country_reason) AS unweighted_reason
    FROM counted
    LEFT JOIN core.taxon_group AS described ON counted.taxon_group = described.taxon_group
    JOIN known ON counted.country_code = known.country_code AND counted.taxon_group = known.taxon_group
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

-- All numbers of a row in one list, in the order of the macro red_list_number.
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
            END,
            with_first_middle - 1.96 * with_first_error,
            with_first_middle + 1.96 * with_first_error,
            with_first_middle,
            with_first_error ** 2,
            CASE
                WHEN n + first_extinct > 0
                    THEN 1 - (weight_sum + 5 * first_extinct + with_first_by_p025) / (5 * (n + first_extinct + data_deficient))
            END,
            CASE
                WHEN n + first_extinct > 0
                    THEN 1 - (weight_sum + 5 * first_extinct + with_first_by_p975) / (5 * (n + first_extinct + data_deficient))
            END,
            sqrt(greatest(
                0,
                (weight_square + 25 * first_extinct) / nullif(n + first_extinct, 0)
                - ((weight_sum + 5 * first_extinct) / nullif(n + first_extinct, 0)) ** 2
            )) * sqrt(data_deficient) / nullif(5 * (n + first_extinct + data_deficient), 0)
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
          FROM point WHERE is_reassessed AND change_policy = 'genuine_changes'
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
        -- A group of Data Deficient species has years and no slope, and corals have none to go back with.
        min_by(slope_after, year) FILTER (
            red_list_number(slope_after, 'unweighted') IS NOT NULL AND taxon_group NOT IN ('corals', 'reef_building_corals')
        ) AS first_slope,
        max_by(slope_before, year) FILTER (red_list_number(slope_before, 'unweighted') IS NOT NULL) AS last_slope
    FROM sloped
    GROUP BY country_code, taxon_group, is_comprehensive
),

span AS (
    SELECT
        country_code,
        max(first_year) - 10 AS first_year,
        max(last_year) AS last_year,
        list(first_slope ORDER BY taxon_group) FILTER (first_slope IS NOT NULL) AS first_slopes,
        list(last_slope ORDER BY taxon_group) FILTER (last_slope IS NOT NULL) AS last_slopes
    FROM ends
    WHERE is_comprehensive
    GROUP BY country_code
),

-- Groups with one assessed year, and corals before their first, take the mean slope of the others; without others there is
-- nothing to extrapolate with.
spanned AS (
    SELECT
        * EXCLUDE (first_of_span, last_of_span),
        CASE WHEN is_comprehensive AND slope_back IS NOT NULL THEN least(first_year, first_of_span) ELSE first_year END
            AS from_year,
        CASE WHEN is_comprehensive AND slope_on IS NOT NULL THEN greatest(last_year, last_of_span) ELSE last_year END
            AS to_year
    FROM (
        SELECT
            ends.*,
            span.first_year AS first_of_span,
            span.last_year AS last_of_span,
            coalesce(ends.first_slope, mean_slope(span.first_slopes)) AS slope_back,
            coalesce(ends.last_slope, mean_slope(span.last_slopes)) AS slope_on
        FROM ends
        LEFT JOIN span ON ends.country_code = span.country_code
    )
),

grid AS (
    SELECT
        country_code, taxon_group, slope_back, slope_on, first_year, last_year, unnest(range(from_year, to_year + 1)) AS year
    FROM spanned
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
        year_before IS NULL AS is_before,
        CASE
            WHEN year_before = bracketed.year THEN numbers_before
            WHEN year_before IS NULL
                THEN list_transform(
                    list_zip(after.numbers, slope_back), lambda pair: pair[1] + (bracketed.year - after.year) * pair[2]
                )
            WHEN after.year IS NULL
                THEN list_transform(
                    list_zip(numbers_before, slope_on), lambda pair: pair[1] + (bracketed.year - year_before) * pair[2]
                )
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
    -- A year that was partly assessed says more than an extrapolation to it.
    ANTI JOIN point AS partly
        ON bracketed.country_code = partly.country_code
        AND bracketed.taxon_group = partly.taxon_group
        AND bracketed.year = partly.year
        AND NOT bracketed.year BETWEEN bracketed.first_year AND bracketed.last_year
    UNION ALL
    SELECT
        point.country_code,
        point.taxon_group,
        point.year,
        CASE WHEN point.year IS NULL THEN 'undated' WHEN point.is_reassessed THEN 'assessed' ELSE 'partly_assessed' END,
        false,
        point.numbers,
        point.reason,
        point.unweighted_reason
    FROM point
    ANTI JOIN ends
        ON point.country_code = ends.country_code
        AND point.taxon_group = ends.taxon_group
        AND point.year BETWEEN ends.first_year AND ends.last_year
),

filled AS (
    SELECT
        valued.* REPLACE (
            list_transform(
                valued.numbers, lambda number: CASE WHEN number IS NOT NULL THEN greatest(0.0, least(1.0, number)) END
            ) AS numbers,
            -- The group has range shares, and no other group with range shares has a slope to go on with.
            CASE
                WHEN valued.reason IS NULL AND red_list_number(valued.numbers, 'weighted') IS NULL THEN 'extrapolated'
                ELSE valued.reason
            END AS reason
        ),
        coalesce(last.change_policy, first.change_policy) AS change_policy,
        coalesce(last.species, first.species) AS species,
        coalesce(last.data_deficient, first.data_deficient) AS data_deficient,
        coalesce(last.first_extinct, first.first_extinct) AS first_extinct,
        coalesce(last.assessed_by_year, 0) AS assessed_by_year,
        coalesce(last.genuine_changes, 0) AS genuine_changes,
        first.apart_species,
        first.is_comprehensive,
        first.list_basis,
        first.share_basis,
        first.share_method,
        span.first_year AS span_first_year
    FROM valued
    ASOF LEFT JOIN (SELECT * REPLACE (coalesce(year, -1) AS year) FROM point) AS last
        ON valued.country_code = last.country_code
        AND valued.taxon_group = last.taxon_group
        AND coalesce(valued.year, -1) >= last.year
    JOIN (
        SELECT * FROM point
        QUALIFY row_number() OVER (PARTITION BY country_code, taxon_group ORDER BY year) = 1
    ) AS first
        ON valued.country_code = first.country_code AND valued.taxon_group = first.taxon_group
    LEFT JOIN span ON valued.country_code = span.country_code
),

wanted AS (
    SELECT 'all' AS roll_up, unnest(['amphibians', 'birds', 'cycads', 'mammals', 'reef_building_corals']) AS taxon_group
    UNION ALL
    SELECT roll_up, taxon_group
    FROM core.taxon_group
    WHERE roll_up IS NOT NULL AND world_assessed_species / nullif(described_species, 0) >= 0.8
    QUALIFY count(*) OVER (PARTITION BY roll_up) >= 2
),

-- Which groups of each roll-up have values, and whether the others are known to be absent from the country.
held AS (
    SELECT
        country.country_code,
        wanted.roll_up,
        count(valued_group.taxon_group) AS groups,
        -- Of the whole series: a trend over several years is as well explained as its least explained group.
        min(valued_group.change_policy) AS change_policy,
        bool_and(
            valued_group.taxon_group IS NOT NULL
            OR whole_list.country_code IS NOT NULL AND known.taxon_group IS NULL
            OR wanted.taxon_group = 'reef_building_corals' AND coalesce(place.is_landlocked, false)
        ) AS is_whole
    FROM (SELECT DISTINCT country_code FROM filled) AS country
    CROSS JOIN wanted
    LEFT JOIN (
        SELECT DISTINCT country_code, taxon_group, change_policy
        FROM filled
        WHERE red_list_number(numbers, 'unweighted') IS NOT NULL
    ) AS valued_group
        ON country.country_code = valued_group.country_code AND wanted.taxon_group = valued_group.taxon_group
    LEFT JOIN (SELECT DISTINCT country_code FROM landed.country_species WHERE source = 'iucn') AS whole_list
        ON country.country_code = whole_list.country_code
    LEFT JOIN known ON country.country_code = known.country_code AND wanted.taxon_group = known.taxon_group
    LEFT JOIN core.country AS place ON country.country_code = place.country_code
    GROUP BY country.country_code, wanted.roll_up
),

member AS (
    SELECT
        filled.* REPLACE (held.change_policy AS change_policy),
        wanted.roll_up,
        held.groups AS held_groups,
        held.is_whole AND held.groups >= 2 AS is_whole
    FROM filled
    JOIN wanted ON filled.taxon_group = wanted.taxon_group
    JOIN held ON filled.country_code = held.country_code AND wanted.roll_up = held.roll_up
    WHERE red_list_number(filled.numbers, 'unweighted') IS NOT NULL
    QUALIFY
        CASE
            WHEN filled.year IS NULL
                THEN NOT bool_or(filled.year IS NOT NULL) OVER (PARTITION BY filled.country_code, wanted.roll_up)
            ELSE NOT (held.is_whole AND held.groups >= 2) OR coalesce(filled.year >= filled.span_first_year, true)
        END
),

named_member AS (
    SELECT
        * EXCLUDE (numbers),
        red_list_number(numbers, 'weighted') AS weighted,
        red_list_number(numbers, 'weighted_with_first') AS weighted_with_first,
        red_list_number(numbers, 'weighted_middle') AS weighted_middle,
        red_list_number(numbers, 'weighted_variance') AS weighted_variance,
        red_list_number(numbers, 'weighted_dd_lc') AS weighted_dd_lc,
        red_list_number(numbers, 'weighted_dd_cr') AS weighted_dd_cr,
        red_list_number(numbers, 'unweighted') AS unweighted,
        red_list_number(numbers, 'unweighted_with_first') AS unweighted_with_first,
        red_list_number(numbers, 'unweighted_error') AS unweighted_error,
        red_list_number(numbers, 'unweighted_dd_lc') AS unweighted_dd_lc,
        red_list_number(numbers, 'unweighted_dd_cr') AS unweighted_dd_cr,
        red_list_number(numbers, 'weighted_with_first_middle') AS weighted_with_first_middle,
        red_list_number(numbers, 'weighted_with_first_variance') AS weighted_with_first_variance,
        red_list_number(numbers, 'unweighted_with_first_error') AS unweighted_with_first_error
    FROM member
),

rolled_up AS (
    SELECT
        country_code,
        roll_up AS taxon_group,
        year,
        CASE
            WHEN bool_or(is_before) OR bool_and(value_kind = 'extrapolated') THEN 'extrapolated'
            WHEN bool_and(value_kind = 'assessed') THEN 'assessed'
            WHEN year IS NULL THEN 'undated'
            WHEN bool_or(value_kind = 'partly_assessed') THEN 'partly_assessed'
            ELSE 'interpolated'
        END AS value_kind,
        any_value(change_policy) AS change_policy,
        CASE WHEN count(weighted) = count(*) THEN avg(weighted ORDER BY taxon_group) END AS weighted,
        CASE WHEN count(weighted_with_first) = count(*) THEN avg(weighted_with_first ORDER BY taxon_group) END
            AS weighted_with_first,
        CASE WHEN count(weighted_middle) = count(*) THEN avg(weighted_middle ORDER BY taxon_group) END AS weighted_middle,
        sqrt(sum(weighted_variance ORDER BY taxon_group)) / nullif(count(weighted_variance), 0) AS weighted_error,
        CASE WHEN count(weighted_dd_lc) = count(*) THEN avg(weighted_dd_lc ORDER BY taxon_group) END AS weighted_lc,
        CASE WHEN count(weighted_dd_cr) = count(*) THEN avg(weighted_dd_cr ORDER BY taxon_group) END AS weighted_cr,
        avg(unweighted ORDER BY taxon_group) AS unweighted,
        avg(unweighted_with_first ORDER BY taxon_group) AS unweighted_with_first,
        sqrt(sum(unweighted_error ** 2 ORDER BY taxon_group)) / nullif(count(unweighted_error), 0) AS unweighted_error,
        avg(unweighted_dd_lc ORDER BY taxon_group) AS unweighted_lc,
        avg(unweighted_dd_cr ORDER BY taxon_group) AS unweighted_cr,
        CASE WHEN count(weighted_with_first_middle) = count(*) THEN avg(weighted_with_first_middle ORDER BY taxon_group) END
            AS with_first_middle,
        sqrt(sum(weighted_with_first_variance ORDER BY taxon_group)) / nullif(count(weighted_with_first_variance), 0)
            AS with_first_error,
        sqrt(sum(unweighted_with_first_error ** 2 ORDER BY taxon_group)) / nullif(count(unweighted_with_first_error), 0)
            AS unweighted_with_first_error,
        count(*) AS groups,
        any_value(held_groups) AS held_groups,
        bool_and(is_whole) AND count(*) = any_value(held_groups) AS is_whole,
        sum(species) AS species,
        sum(data_deficient) AS data_deficient,
        sum(first_extinct) AS first_extinct,
        sum(assessed_by_year) AS assessed_by_year,
        sum(genuine_changes) AS genuine_changes,
        sum(apart_species) AS apart_species,
        weakest_basis(list_basis) AS list_basis,
        weakest_basis(share_basis) AS share_basis,
        common_method(share_method) AS share_method,
        CASE
            WHEN NOT bool_and(is_whole) THEN 'groups_missing'
            WHEN count(*) < any_value(held_groups) THEN 'no_common_year'
            ELSE min(unweighted_reason)
        END AS unweighted_reason,
        CASE
            WHEN NOT bool_and(is_whole) THEN 'groups_missing'
            WHEN count(*) < any_value(held_groups) THEN 'no_common_year'
            WHEN count(weighted) < count(*) THEN 'no_range_share'
            ELSE min(reason)
        END AS reason
    FROM named_member
    GROUP BY country_code, roll_up, year
    -- A roll-up that is not whole in any year has no value, and one row that says so.
    QUALIFY
        CASE
            WHEN max(count(*)) OVER (PARTITION BY country_code, roll_up) = any_value(held_groups) AND bool_and(is_whole)
                THEN count(*) = any_value(held_groups)
            ELSE year IS NOT DISTINCT FROM max(year) OVER (PARTITION BY country_code, roll_up)
        END
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
        apart_species,
        list_basis,
        share_basis,
        share_method,
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
        -- In the order of the macro red_list_number.
        list_transform(
            [
                weighted, weighted_with_first, weighted_middle - 1.96 * weighted_error,
                weighted_middle - 1.645 * weighted_error, weighted_middle, weighted_middle + 1.645 * weighted_error,
                weighted_middle + 1.96 * weighted_error, weighted_lc, weighted_cr, weighted_error ** 2, unweighted,
                unweighted_with_first, unweighted - 1.96 * unweighted_error, unweighted - 1.645 * unweighted_error,
                unweighted, unweighted + 1.645 * unweighted_error, unweighted + 1.96 * unweighted_error, unweighted_lc,
                unweighted_cr, unweighted_error, with_first_middle - 1.96 * with_first_error,
                with_first_middle + 1.96 * with_first_error, with_first_middle, with_first_error ** 2,
                unweighted_with_first - 1.96 * unweighted_with_first_error,
                unweighted_with_first + 1.96 * unweighted_with_first_error, unweighted_with_first_error
            ],
            lambda number: CASE WHEN is_whole AND number IS NOT NULL THEN greatest(0.0, least(1.0, number)) END
        ) AS numbers,
        groups,
        species,
        data_deficient,
        first_extinct,
        assessed_by_year,
        genuine_changes,
        apart_species,
        list_basis,
        share_basis,
        share_method,
        reason,
        unweighted_reason
    FROM rolled_up
),

compared AS (
    SELECT
        *,
        -- The first year with a value: min_by passes over years without one, and both must mean the same year.
        min(year) FILTER (value_kind IN ('assessed', 'interpolated') AND red_list_number(numbers, 'weighted') IS NOT NULL)
            OVER (PARTITION BY country_code, taxon_group) AS base_year,
        min_by(red_list_number(numbers, 'weighted'), year) FILTER (value_kind IN ('assessed', 'interpolated'))
            OVER (PARTITION BY country_code, taxon_group) AS base_value
    FROM every_row
),

changed AS (
    SELECT
        *,
        CASE
            WHEN value_kind IN ('assessed', 'interpolated') AND change_policy = 'genuine_changes' AND year > base_year
                THEN (red_list_number(numbers, 'weighted') - base_value) / (year - base_year)
        END AS change
    FROM compared
),

official AS (
    SELECT country_code, year, value, value_lower, value_upper, basis_of(publisher, source) AS basis
    FROM core.indicator_observation
    WHERE
        series_code = 'ER_RSK_LST'
        AND disaggregation = 'total'
        AND value_status = 'observed'
        AND value BETWEEN 0 AND 1
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
        official.basis AS official_basis,
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
    red_list_number(numbers, 'weighted') AS red_list_index,
    red_list_number(numbers, 'weighted_lower') AS red_list_index_lower,
    red_list_number(numbers, 'weighted_p05') AS red_list_index_p05,
    red_list_number(numbers, 'weighted_middle') AS red_list_index_p50,
    red_list_number(numbers, 'weighted_p95') AS red_list_index_p95,
    red_list_number(numbers, 'weighted_upper') AS red_list_index_upper,
    red_list_number(numbers, 'weighted_dd_lc') AS red_list_index_if_dd_least_concern,
    red_list_number(numbers, 'weighted_dd_cr') AS red_list_index_if_dd_critically_endangered,
    red_list_number(numbers, 'weighted_with_first') AS red_list_index_with_first_extinct,
    red_list_number(numbers, 'weighted_with_first_lower') AS red_list_index_with_first_extinct_lower,
    red_list_number(numbers, 'weighted_with_first_upper') AS red_list_index_with_first_extinct_upper,
    red_list_number(numbers, 'unweighted') AS red_list_index_unweighted,
    red_list_number(numbers, 'unweighted_lower') AS red_list_index_unweighted_lower,
    red_list_number(numbers, 'unweighted_p05') AS red_list_index_unweighted_p05,
    red_list_number(numbers, 'unweighted_middle') AS red_list_index_unweighted_p50,
    red_list_number(numbers, 'unweighted_p95') AS red_list_index_unweighted_p95,
    red_list_number(numbers, 'unweighted_upper') AS red_list_index_unweighted_upper,
    red_list_number(numbers, 'unweighted_error') AS red_list_index_unweighted_standard_error,
    red_list_number(numbers, 'unweighted_dd_lc') AS red_list_index_unweighted_if_dd_least_concern,
    red_list_number(numbers, 'unweighted_dd_cr') AS red_list_index_unweighted_if_dd_critically_endangered,
    red_list_number(numbers, 'unweighted_with_first') AS red_list_index_unweighted_with_first_extinct,
    red_list_number(numbers, 'unweighted_with_first_lower') AS red_list_index_unweighted_with_first_extinct_lower,
    red_list_number(numbers, 'unweighted_with_first_upper') AS red_list_index_unweighted_with_first_extinct_upper,
    change AS red_list_index_change,
    value AS official_red_list_index,
    value_lower AS official_red_list_index_lower,
    value_upper AS official_red_list_index_upper,
    red_list_number(numbers, 'weighted') - value AS difference_from_official,
    coalesce(groups, 0) AS groups,
    coalesce(species, 0) AS species,
    coalesce(data_deficient, 0) AS data_deficient_species,
    coalesce(first_extinct, 0) AS first_extinct_species,
    coalesce(assessed_by_year, 0) AS assessed_by_year_species,
    coalesce(genuine_changes, 0) AS genuine_changes,
    coalesce(apart_species, 0) AS apart_species,
    share_method,
    share_basis AS basis,
    list_basis AS unweighted_basis,
    official_basis,
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
            WHEN change IS NULL AND red_list_number(numbers, 'weighted') IS NULL THEN reason
            WHEN value_kind = 'partly_assessed' THEN 'not_assessed_together'
            WHEN change_policy = 'as_published' THEN 'changes_not_explained'
            WHEN change IS NULL THEN 'one_assessed_year'
            WHEN reason IS NOT NULL THEN reason
            WHEN genuine_changes < 10 THEN 'too_few_genuine_changes'
        END AS change_reason,
        coalesce(reason, official_reason) AS difference_reason
    FROM beside
)
