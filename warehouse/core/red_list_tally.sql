-- How the species of each group in each country spread over the Red List's weights, in every assessed year.
-- Species: on the global list those that count for the country (is_counted in core.species_status) with an assessed
-- category; on a national list those with an assessed latest category there. The same species stand in all years. Cycads
-- and reef-building corals stand in their reporting group and, as sets of the index, by themselves.
-- Category in a year: where a source explains the changes in the group (a table of genuine changes, or a reason for each
-- change of category, for one reason among many changes would let a user choose the trend), today's
-- category, replaced going back by what was before each genuine change; otherwise the latest published by then, and before
-- the first one the first. A species that is Data Deficient today is so in all years, and one that was takes what was found
-- out next, for neither is a change in the world. Extinct species are told by the group's first year.
-- Reassessed: at least 80 % of the species have an assessment of that year or of the four years before, or a table of
-- genuine changes dates a change from or to the year, as BirdLife's published code for the index takes it.
-- Range shares are summed exactly, as decimals, so that no sum depends on the order of its terms.
-- Source: Butchart et al. 2007, PLoS ONE 2(1): e140; SDG indicator metadata 15.5.1.
WITH ranked AS (
    -- What speaks for a country: its own unit of work, and what was loaded for everyone; never another country's unit.
    SELECT
        CASE WHEN is_country_unit(unit_key) THEN unit_key END AS country_code,
        species_key,
        assessment_year,
        CASE
            WHEN red_list_category = 'CR' AND is_possibly_extinct THEN 'PE'
            WHEN is_extinct(red_list_category) THEN 'EX'
            ELSE red_list_category
        END AS state,
        change_reason,
        source,
        vintage,
        red_list_category,
        is_possibly_extinct
    FROM landed.assessment
    WHERE scope = 'global' AND is_assessed(red_list_category)
    QUALIFY
        row_number() OVER (
            PARTITION BY CASE WHEN is_country_unit(unit_key) THEN unit_key END, species_key, assessment_year
            ORDER BY
                source_precedence(source),
                source,
                vintage DESC NULLS LAST,
                red_list_order(red_list_category),
                is_possibly_extinct DESC NULLS LAST,
                change_reason
        ) = 1
),

own_species AS (SELECT DISTINCT country_code, species_key FROM ranked WHERE country_code IS NOT NULL),

pool AS (
    SELECT
        status.country_code,
        'global' AS red_list,
        status.species_key,
        unnest(index_groups(status.taxon_group, status.index_set)) AS taxon_group,
        CASE
            WHEN status.is_possibly_extinct THEN 'PE'
            WHEN is_extinct(status.red_list_category) THEN 'EX'
            ELSE status.red_list_category
        END AS state,
        CAST(status.range_share AS DECIMAL(24, 18)) AS range_share,
        status.share_method,
        status.list_basis,
        own_species.species_key IS NOT NULL AS is_own
    FROM core.species_status AS status
    LEFT JOIN own_species
        ON status.country_code = own_species.country_code AND status.species_key = own_species.species_key
    WHERE status.is_counted AND status.taxon_group IS NOT NULL AND is_assessed(status.red_list_category)
),

dated AS (
    SELECT pool.country_code, pool.red_list, pool.species_key, pool.taxon_group, spoken.* EXCLUDE (country_code, species_key)
    FROM pool
    JOIN ranked AS spoken ON pool.species_key = spoken.species_key
    WHERE NOT pool.is_own AND spoken.country_code IS NULL
    UNION ALL
    SELECT pool.country_code, pool.red_list, pool.species_key, pool.taxon_group, spoken.* EXCLUDE (country_code, species_key)
    FROM pool
    JOIN ranked AS spoken ON pool.species_key = spoken.species_key
    WHERE pool.is_own AND coalesce(spoken.country_code, pool.country_code) = pool.country_code
    QUALIFY
        row_number() OVER (
            PARTITION BY pool.country_code, pool.taxon_group, pool.species_key, spoken.assessment_year
            ORDER BY
                source_precedence(spoken.source),
                spoken.source,
                spoken.vintage DESC NULLS LAST,
                red_list_order(spoken.red_list_category),
                spoken.is_possibly_extinct DESC NULLS LAST,
                spoken.change_reason
        ) = 1
),

national_stated AS (
    SELECT *
    FROM landed.assessment
    WHERE scope <> 'global' AND (unit_key = scope OR NOT is_country_unit(unit_key))
    QUALIFY
        row_number() OVER (
            PARTITION BY scope, species_key, assessment_year
            ORDER BY
                source_precedence(source),
                source,
                vintage DESC NULLS LAST,
                red_list_order(red_list_category),
                is_possibly_extinct DESC NULLS LAST,
                change_reason,
                taxon_group
        ) = 1
),

national AS (
    SELECT
        listed.scope AS country_code,
        'national' AS red_list,
        listed.species_key,
        coalesce(
            max_by(listed.taxon_group, listed.assessment_year) OVER (PARTITION BY listed.scope, listed.species_key),
            known.taxon_group
        ) AS taxon_group,
        max(listed.index_set) OVER (PARTITION BY listed.scope, listed.species_key) AS index_set,
        CASE
            WHEN listed.red_list_category = 'CR' AND listed.is_possibly_extinct THEN 'PE'
            WHEN is_extinct(listed.red_list_category) THEN 'EX'
            ELSE listed.red_list_category
        END AS state,
        listed.change_reason,
        listed.assessment_year,
        listed.red_list_category,
        max_by(listed.red_list_category, listed.assessment_year) OVER (PARTITION BY listed.scope, listed.species_key) AS latest
    FROM national_stated AS listed
    LEFT JOIN core.country_species AS known
        ON listed.scope = known.country_code AND listed.species_key = known.species_key
),

history AS (
    SELECT country_code, red_list, species_key, taxon_group, state, change_reason, assessment_year FROM dated
    UNION ALL
    SELECT
        country_code, red_list, species_key, unnest(index_groups(taxon_group, index_set)) AS taxon_group, state,
        change_reason, assessment_year
    FROM national
    WHERE is_assessed(red_list_category) AND is_assessed(latest) AND taxon_group IS NOT NULL
),

every_species AS (
    SELECT country_code, red_list, species_key, taxon_group, state, range_share, share_method, list_basis FROM pool
    UNION ALL
    SELECT
        country_code, red_list, species_key, taxon_group, max_by(state, assessment_year) AS state, NULL AS range_share,
        NULL AS share_method, NULL AS list_basis
    FROM history
    WHERE red_list = 'national'
    GROUP BY country_code, red_list, species_key, taxon_group
),

stated_change AS (
    SELECT
        every_species.country_code,
        every_species.red_list,
        every_species.taxon_group,
        every_species.species_key,
        change.to_year AS year,
        change.from_year,
        CASE
            WHEN change.category_before = 'CR' AND change.is_possibly_extinct_before THEN 'PE'
            WHEN is_extinct(change.category_before) THEN 'EX'
            ELSE change.category_before
        END AS state_before,
        CASE
            WHEN change.category_after = 'CR' AND change.is_possibly_extinct_after THEN 'PE'
            WHEN is_extinct(change.category_after) THEN 'EX'
            ELSE change.category_after
        END AS state_after
    FROM core.genuine_change AS change
    JOIN every_species
        ON change.species_key = every_species.species_key
        AND change.scope = CASE every_species.red_list WHEN 'global' THEN 'global' ELSE every_species.country_code END
),

stepped AS (
    SELECT
        *,
        lag(state) OVER species_history AS state_before,
        lag(assessment_year) OVER species_history AS year_before
    FROM history
    WINDOW species_history AS (PARTITION BY country_code, red_list, taxon_group, species_key ORDER BY assessment_year)
),

explained AS (
    SELECT country_code, red_list, taxon_group FROM stated_change
    UNION
    SELECT country_code, red_list, taxon_group
    FROM stepped
    GROUP BY country_code, red_list, taxon_group
    HAVING
        count(change_reason) > 0
        AND NOT coalesce(bool_or(change_reason IS NULL AND state_before <> state AND 'DD' NOT IN (state_before, state)), false)
    UNION
    SELECT every_species.country_code, every_species.red_list, every_species.taxon_group
    FROM every_species
    JOIN core.genuine_change AS change
        ON change.taxon_group IN (every_species.taxon_group, group_of_set(every_species.taxon_group))
        AND change.scope = CASE every_species.red_list WHEN 'global' THEN 'global' ELSE every_species.country_code END
),

genuine AS (
    SELECT * FROM stated_change WHERE state_before NOT IN ('DD', 'NE', 'NA') AND state_after NOT IN ('DD', 'NE', 'NA')
    UNION ALL BY NAME
    SELECT
        country_code, red_list, taxon_group, species_key, assessment_year AS year, year_before AS from_year,
        state_before, state AS state_after
    FROM stepped
    SEMI JOIN explained USING (country_code, red_list, taxon_group)
    ANTI JOIN stated_change AS stated
        ON stepped.country_code = stated.country_code
        AND stepped.red_list = stated.red_list
        AND stepped.taxon_group = stated.taxon_group
        AND stepped.species_key = stated.species_key
        AND stepped.assessment_year = stated.year
    WHERE change_reason IN ('genuine', 'genuine_recent', 'genuine_since_first_assessment')
        AND state_before <> 'DD'
        AND state <> 'DD'
),

-- Going back from today: a genuine change is a step from what was before to what was before the next one.
genuine_step AS (
    SELECT
        genuine.country_code,
        genuine.red_list,
        genuine.taxon_group,
        genuine.species_key,
        genuine.year,
        genuine.from_year,
        genuine.state_before,
        coalesce(lead(genuine.state_before) OVER later, every_species.state) AS state_after,
        true AS is_genuine
    FROM genuine
    JOIN every_species USING (country_code, red_list, taxon_group, species_key)
    WHERE every_species.state <> 'DD'
    WINDOW later AS (
        PARTITION BY genuine.country_code, genuine.red_list, genuine.taxon_group, genuine.species_key
        ORDER BY genuine.year
    )
),

-- A year in which a species was Data Deficient has what was found out next.
published AS (
    SELECT
        country_code,
        red_list,
        taxon_group,
        species_key,
        assessment_year AS year,
        first_value(nullif(state, 'DD') IGNORE NULLS) OVER (
            PARTITION BY country_code, red_list, taxon_group, species_key
            ORDER BY assessment_year
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS state
    FROM history
    ANTI JOIN explained USING (country_code, red_list, taxon_group)
),

published_step AS (
    SELECT
        country_code,
        red_list,
        taxon_group,
        species_key,
        year,
        NULL AS from_year,
        lag(state) OVER (PARTITION BY country_code, red_list, taxon_group, species_key ORDER BY year) AS state_before,
        state AS state_after,
        false AS is_genuine
    FROM published
    WHERE state IS NOT NULL
),

step AS (
    SELECT * FROM genuine_step
    UNION ALL BY NAME
    SELECT * FROM published_step WHERE state_before IS NOT NULL AND state_before <> state_after
),

first_seen AS (
    SELECT country_code, red_list, taxon_group, species_key, min(assessment_year) AS year
    FROM history
    GROUP BY country_code, red_list, taxon_group, species_key
),

assessed_year AS (
    SELECT country_code, red_list, taxon_group, assessment_year AS year FROM history
    UNION
    SELECT country_code, red_list, taxon_group, unnest([year, from_year]) FROM genuine_step
),

first_year AS (
    SELECT country_code, red_list, taxon_group, min(year) AS year
    FROM assessed_year
    GROUP BY country_code, red_list, taxon_group
),

-- Each species at the group's first year: what it was before its first later step, or else what it is today.
opening AS (
    SELECT
        every_species.country_code,
        every_species.red_list,
        every_species.taxon_group,
        every_species.species_key,
        every_species.range_share,
        every_species.share_method,
        every_species.list_basis,
        CASE
            WHEN every_species.state = 'DD' THEN 'DD'
            ELSE coalesce(min_by(step.state_before, step.year) FILTER (step.year > first_year.year), every_species.state)
        END AS state
    FROM every_species
    LEFT JOIN first_year USING (country_code, red_list, taxon_group)
    LEFT JOIN step USING (country_code, red_list, taxon_group, species_key)
    GROUP BY
        every_species.country_code, every_species.red_list, every_species.taxon_group, every_species.species_key,
        every_species.range_share, every_species.share_method, every_species.list_basis, every_species.state
),

weighed AS (
    SELECT
        *,
        state = 'EX' AS is_gone,
        CASE WHEN state NOT IN ('EX', 'DD') THEN red_list_weight(replace(state, 'PE', 'EX'), false) END AS weight
    FROM opening
),

opening_tally AS (
    SELECT
        country_code,
        red_list,
        taxon_group,
        count(*) AS species,
        count(*) FILTER (weight = 0) AS weight_0,
        count(*) FILTER (weight = 1) AS weight_1,
        count(*) FILTER (weight = 2) AS weight_2,
        count(*) FILTER (weight = 3) AS weight_3,
        count(*) FILTER (weight = 4) AS weight_4,
        count(*) FILTER (weight = 5) AS weight_5,
        count(*) FILTER (is_gone) AS first_extinct,
        count(*) FILTER (state = 'DD') AS data_deficient,
        count(range_share) FILTER (weight IS NOT NULL) AS shared_species,
        coalesce(sum(weight) FILTER (range_share IS NOT NULL), 0) AS shared_weight,
        coalesce(sum(weight * weight) FILTER (range_share IS NOT NULL), 0) AS shared_weight_square,
        coalesce(sum(range_share) FILTER (weight IS NOT NULL), 0) AS share_sum,
        coalesce(sum(CAST(weight * range_share AS DECIMAL(24, 18))), 0) AS weighted_share_sum,
        coalesce(sum(range_share) FILTER (is_gone), 0) AS first_extinct_share_sum,
        coalesce(sum(range_share) FILTER (state = 'DD'), 0) AS data_deficient_share_sum,
        coalesce(sum(CAST(CAST(range_share AS DOUBLE) * CAST(range_share AS DOUBLE) AS DECIMAL(24, 18))) FILTER (state = 'DD'), 0)
            AS data_deficient_share_square,
        count(range_share) / count(*) AS known_share,
        count(range_share) FILTER (is_gone) AS first_extinct_shared,
        weakest_basis(list_basis) AS list_basis,
        common_method(share_method) AS share_method,
        weakest_basis(range_basis(list_basis, share_method, range_share)) AS share_basis
    FROM weighed
    GROUP BY country_code, red_list, taxon_group
),

moved AS (
    SELECT
        step.country_code,
        step.red_list,
        step.taxon_group,
        step.year,
        red_list_weight(replace(step.state_before, 'PE', 'EX'), false) AS before,
        red_list_weight(replace(step.state_after, 'PE', 'EX'), false) AS after,
        step.is_genuine,
        weighed.range_share
    FROM step
    JOIN weighed USING (country_code, red_list, taxon_group, species_key)
    JOIN first_year USING (country_code, red_list, taxon_group)
    -- Species without a weight, extinct from the start or Data Deficient today, do not move.
    WHERE weighed.weight IS NOT NULL AND step.year > first_year.year
),

change_tally AS (
    SELECT
        country_code,
        red_list,
        taxon_group,
        year,
        count(*) FILTER (after = 0) - count(*) FILTER (before = 0) AS weight_0,
        count(*) FILTER (after = 1) - count(*) FILTER (before = 1) AS weight_1,
        count(*) FILTER (after = 2) - count(*) FILTER (before = 2) AS weight_2,
        count(*) FILTER (after = 3) - count(*) FILTER (before = 3) AS weight_3,
        count(*) FILTER (after = 4) - count(*) FILTER (before = 4) AS weight_4,
        count(*) FILTER (after = 5) - count(*) FILTER (before = 5) AS weight_5,
        count(*) FILTER (is_genuine AND before <> after) AS genuine_changes,
        coalesce(sum(after - before) FILTER (range_share IS NOT NULL), 0) AS shared_weight,
        coalesce(sum(after * after - before * before) FILTER (range_share IS NOT NULL), 0) AS shared_weight_square,
        coalesce(sum(CAST((after - before) * range_share AS DECIMAL(24, 18))), 0) AS weighted_share_sum
    FROM moved
    GROUP BY country_code, red_list, taxon_group, year
),

seen_tally AS (
    SELECT country_code, red_list, taxon_group, year, count(*) AS species
    FROM first_seen
    GROUP BY country_code, red_list, taxon_group, year
),

recent AS (
    SELECT
        assessed_year.country_code,
        assessed_year.red_list,
        assessed_year.taxon_group,
        assessed_year.year,
        count(DISTINCT history.species_key) AS species
    FROM assessed_year
    JOIN history
        ON assessed_year.country_code = history.country_code
        AND assessed_year.red_list = history.red_list
        AND assessed_year.taxon_group = history.taxon_group
        AND history.assessment_year BETWEEN assessed_year.year - 4 AND assessed_year.year
    GROUP BY assessed_year.country_code, assessed_year.red_list, assessed_year.taxon_group, assessed_year.year
),

dated_change AS (
    SELECT DISTINCT country_code, red_list, taxon_group, unnest([year, from_year]) AS year FROM stated_change
),

timeline AS (
    SELECT opening_tally.country_code, opening_tally.red_list, opening_tally.taxon_group, assessed_year.year
    FROM opening_tally
    LEFT JOIN assessed_year
        ON opening_tally.country_code = assessed_year.country_code
        AND opening_tally.red_list = assessed_year.red_list
        AND opening_tally.taxon_group = assessed_year.taxon_group
        AND assessed_year.year IS NOT NULL
)

SELECT
    timeline.country_code,
    timeline.red_list,
    timeline.taxon_group,
    timeline.year,
    CASE WHEN explained.taxon_group IS NULL THEN 'as_published' ELSE 'genuine_changes' END AS change_policy,
    start.species,
    start.weight_0 + coalesce(sum(moves.weight_0) OVER until_now, 0) AS weight_0,
    start.weight_1 + coalesce(sum(moves.weight_1) OVER until_now, 0) AS weight_1,
    start.weight_2 + coalesce(sum(moves.weight_2) OVER until_now, 0) AS weight_2,
    start.weight_3 + coalesce(sum(moves.weight_3) OVER until_now, 0) AS weight_3,
    start.weight_4 + coalesce(sum(moves.weight_4) OVER until_now, 0) AS weight_4,
    start.weight_5 + coalesce(sum(moves.weight_5) OVER until_now, 0) AS weight_5,
    start.first_extinct,
    start.data_deficient,
    coalesce(sum(seen_tally.species) OVER until_now, 0) AS assessed_by_year,
    coalesce(sum(moves.genuine_changes) OVER until_now, 0) AS genuine_changes,
    start.shared_species,
    start.shared_weight + coalesce(sum(moves.shared_weight) OVER until_now, 0) AS shared_weight,
    start.shared_weight_square + coalesce(sum(moves.shared_weight_square) OVER until_now, 0) AS shared_weight_square,
    start.share_sum,
    start.weighted_share_sum + coalesce(sum(moves.weighted_share_sum) OVER until_now, 0) AS weighted_share_sum,
    start.first_extinct_share_sum,
    start.data_deficient_share_sum,
    start.data_deficient_share_square,
    start.known_share,
    start.first_extinct_shared,
    start.list_basis,
    start.share_method,
    start.share_basis,
    coalesce(recent.species, 0) AS recent_species,
    coalesce(recent.species >= 0.8 * start.species, false) OR dated_change.year IS NOT NULL AS is_reassessed
FROM timeline
JOIN opening_tally AS start USING (country_code, red_list, taxon_group)
LEFT JOIN explained USING (country_code, red_list, taxon_group)
LEFT JOIN change_tally AS moves USING (country_code, red_list, taxon_group, year)
LEFT JOIN seen_tally USING (country_code, red_list, taxon_group, year)
LEFT JOIN recent USING (country_code, red_list, taxon_group, year)
LEFT JOIN dated_change USING (country_code, red_list, taxon_group, year)
WINDOW until_now AS (
    PARTITION BY timeline.country_code, timeline.red_list, timeline.taxon_group
    ORDER BY timeline.year
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
