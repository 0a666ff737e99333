-- Treaties in force for a country at the end of each year, and what it reports of its own law, targets and accounts.
--   treaties_in_force_share = treaties in force / treaties open to the country whose standing is known, of those in being
--   national_measures_share = questions answered with yes / questions answered, of seven; at least three answers
-- In force: entry into force for the country on or before 31 December and not left by then; a party without that date
-- counts from the date of the source on. A treaty that is not open to a country (a territory, say) is in no count.
-- Without a row of its own, the Nagoya Protocol and the plant treaty follow UN SDG 15.6.1, which counts a country as
-- party from its deposit on, up to 90 days early. National flags hold from the year reported until another answer: 1 yes,
-- 0 no, anything else unknown.
-- Years: from the first entry into force or answer, not before 1993 when the Convention on Biological Diversity came into
-- being, to the last year in which any source of this country says anything. Neither the clock nor another country moves them.
-- Source: CBD Secretariat and lists of parties (core.treaty_party); UN SDG ER_CBD_NAGOYA, ER_CBD_PTYPGRFA,
-- ER_CBD_ABSCLRHS, ER_CBD_ORSPGRFA (15.6.1), ER_IAS_LEGIS, ER_IAS_NBSAP, ER_IAS_NATBUD (15.8.1), ER_BDY_ABT2NP,
-- ER_BDY_SEEA (15.9.1).
WITH treaty (treaty, in_being_since) AS (
    VALUES
        ('cites', 1975), ('ramsar', 1975), ('world_heritage', 1975), ('cms', 1983), ('cbd', 1993),
        ('cartagena', 2003), ('itpgrfa', 2004), ('nagoya', 2014), ('paris', 2016), ('nagoya_kuala_lumpur', 2018)
),

standing AS (
    SELECT
        country_code,
        treaty,
        status,
        as_of,
        entry_into_force,
        left_on,
        CASE
            WHEN status IN ('not_party', 'not_open') THEN NULL
            WHEN status = 'party' THEN coalesce(entry_into_force, as_of)
            ELSE entry_into_force
        END AS binding_from
    FROM core.treaty_party
    WHERE status <> 'party' OR entry_into_force IS NOT NULL OR as_of IS NOT NULL
),

answer AS (
    SELECT country_code, series_code, year, CASE value WHEN 1 THEN true WHEN 0 THEN false END AS is_yes
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND value_status = 'observed'
        AND series_code IN (
            'ER_CBD_NAGOYA', 'ER_CBD_PTYPGRFA', 'ER_CBD_ABSCLRHS', 'ER_CBD_ORSPGRFA', 'ER_IAS_LEGIS', 'ER_IAS_NBSAP',
            'ER_IAS_NATBUD', 'ER_BDY_ABT2NP', 'ER_BDY_SEEA'
        )
),

span AS (
    SELECT country_code, min(first_year) AS first_year, max(last_year) AS last_year, min(answer_year) AS answer_year
    FROM (
        SELECT
            country_code,
            year(entry_into_force) AS first_year,
            greatest(year(as_of), CASE WHEN status = 'party' THEN year(entry_into_force) END) AS last_year,
            NULL AS answer_year
        FROM standing
        UNION ALL
        SELECT country_code, NULL AS first_year, year AS last_year, year AS answer_year FROM answer
    )
    GROUP BY country_code
),

spine AS (
    SELECT
        country_code,
        unnest(
            range(least(greatest(1993, coalesce(least(first_year, answer_year), last_year)), last_year), last_year + 1)
        ) AS year
    FROM span
    WHERE last_year >= 1993
),

answered AS (
    SELECT spine.country_code, spine.year, answer.series_code, max_by(answer.is_yes, answer.year) AS is_yes
    FROM spine
    JOIN (SELECT * FROM answer WHERE is_yes IS NOT NULL) AS answer
        ON spine.country_code = answer.country_code AND answer.year <= spine.year
    GROUP BY spine.country_code, spine.year, answer.series_code
),

stance AS (
    SELECT
        spine.country_code,
        spine.year,
        standing.treaty,
        coalesce(standing.binding_from <= make_date(spine.year, 12, 31), false)
        AND coalesce(standing.left_on > make_date(spine.year, 12, 31), true) AS is_in_force
    FROM spine
    JOIN standing ON spine.country_code = standing.country_code
    WHERE standing.status <> 'not_open'
    UNION ALL
    SELECT answered.country_code, answered.year, series.treaty, answered.is_yes AS is_in_force
    FROM answered
    JOIN (VALUES ('ER_CBD_NAGOYA', 'nagoya'), ('ER_CBD_PTYPGRFA', 'itpgrfa')) AS series (series_code, treaty)
        ON answered.series_code = series.series_code
    ANTI JOIN standing ON answered.country_code = standing.country_code AND series.treaty = standing.treaty
),

treaties AS (
    SELECT
        stance.country_code,
        stance.year,
        count(*) FILTER (WHERE treaty.in_being_since <= stance.year) AS known,
        count(*) FILTER (WHERE treaty.in_being_since <= stance.year AND stance.is_in_force) AS in_force,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'cbd') AS is_cbd_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'cartagena') AS is_cartagena_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'nagoya') AS is_nagoya_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'nagoya_kuala_lumpur') AS is_nagoya_kuala_lumpur_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'cites') AS is_cites_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'cms') AS is_cms_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'ramsar') AS is_ramsar_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'world_heritage') AS is_world_heritage_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'itpgrfa') AS is_itpgrfa_party,
        bool_or(stance.is_in_force) FILTER (WHERE stance.treaty = 'paris') AS is_paris_party
    FROM stance
    JOIN treaty ON stance.treaty = treaty.treaty
    GROUP BY stance.country_code, stance.year
),

flags AS (
    SELECT
        country_code,
        year,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_IAS_LEGIS') AS has_invasive_species_law,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_IAS_NBSAP') AS has_invasive_species_target,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_IAS_NATBUD') AS has_invasive_species_budget,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_CBD_ABSCLRHS') AS has_access_benefit_framework,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_CBD_ORSPGRFA') AS has_plant_genetic_framework,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_BDY_ABT2NP') AS has_biodiversity_target,
        bool_or(is_yes) FILTER (WHERE series_code = 'ER_BDY_SEEA') AS has_environmental_accounts,
        count(*) FILTER (WHERE series_code NOT IN ('ER_CBD_NAGOYA', 'ER_CBD_PTYPGRFA')) AS answers,
        count(*) FILTER (WHERE series_code NOT IN ('ER_CBD_NAGOYA', 'ER_CBD_PTYPGRFA') AND is_yes) AS measures
    FROM answered
    GROUP BY country_code, year
),

closed AS (
    SELECT country_code, bool_and(status = 'not_open') AS is_closed FROM standing GROUP BY country_code
)

SELECT
    spine.country_code,
    spine.year,
    coalesce(treaties.known, 0) AS treaties_known,
    CASE WHEN treaties.known > 0 THEN treaties.in_force END AS treaties_in_force,
    treaties.in_force / nullif(treaties.known, 0) AS treaties_in_force_share,
    treaties.is_cbd_party,
    treaties.is_cartagena_party,
    treaties.is_nagoya_party,
    treaties.is_nagoya_kuala_lumpur_party,
    treaties.is_cites_party,
    treaties.is_cms_party,
    treaties.is_ramsar_party,
    treaties.is_world_heritage_party,
    treaties.is_itpgrfa_party,
    treaties.is_paris_party,
    flags.has_invasive_species_law,
    flags.has_invasive_species_target,
    flags.has_invasive_species_budget,
    flags.has_access_benefit_framework,
    flags.has_plant_genetic_framework,
    flags.has_biodiversity_target,
    flags.has_environmental_accounts,
    coalesce(flags.answers, 0) AS national_answers,
    CASE WHEN flags.answers > 0 THEN flags.measures END AS national_measures,
    flags.measures / nullif(flags.answers, 0) AS national_measures_share,
    coalesce(flags.answers >= 3, false) AS national_reportable,
    CASE
        WHEN coalesce(flags.answers, 0) = 0 THEN 'no_data'
        WHEN flags.answers < 3 THEN 'too_few_answers'
    END AS national_reason,
    coalesce(treaties.known > 0, false) AS reportable,
    CASE
        WHEN treaties.known > 0 THEN NULL
        WHEN coalesce(closed.is_closed, false) THEN 'not_open'
        ELSE 'no_data'
    END AS reason
FROM spine
LEFT JOIN treaties ON spine.country_code = treaties.country_code AND spine.year = treaties.year
LEFT JOIN flags ON spine.country_code = flags.country_code AND spine.year = flags.year
LEFT JOIN closed ON spine.country_code = closed.country_code
