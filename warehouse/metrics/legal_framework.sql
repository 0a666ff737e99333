-- Treaties in force for a country at the end of each year, and what it reports of its own law, targets and accounts.
--   treaties_in_force_share = treaties in force / treaties open to the country whose standing on 31 December is known
--   treaties_joined_share = treaties in force / treaties open to the country of which a list says anything, each by the
--     latest standing of that year or the five before
--   national_measures_share = questions answered with yes / questions answered with yes or no, of seven
--   national_measures_on_record_share = of five questions those whose latest value of that year or the ten before is a yes / 5
-- Standing: of the statements of all lists that hold for 31 December (core.treaty_statement) an own file wins up to its own
-- day; otherwise the list that speaks of the later day, of the same day own files before publishers before seeds. Where
-- the lists do not know, the UN's latest flag counts. A party stands until a withdrawal is known; "no party" is unknown
-- after the day of its source. A treaty that is not open to a country (a territory, say) is in no count, and so is one not
-- yet in being. Who has deposited an instrument to the Convention on Biological Diversity or one of its protocols is bound from
-- the day that the list of parties names or, without one, from the 90th day after (Convention 36, 3; Cartagena 37, 2;
-- Nagoya 33, 2; Nagoya - Kuala Lumpur 18, 2).
-- Quoted: only years in which every treaty in being and open to the country has a known standing, and at least five are
-- open: a share of the known ones alone would rise to 1 as lists grow old. Elsewhere the counts are lower bounds, with the
-- range beside them. The share joined lets what a list says stand for five years, as answers do, and is quoted while that is
-- so for every treaty of which a list has ever spoken, and lists speak of three quarters of the treaties and of five.
-- Answers: the latest to each question, for five years after its own; its year stands beside it. 1 is yes. 0 is no, but
-- unknown where the UN's 0 may also mean that nothing was reported or found: ER_CBD_ABSCLRHS and ER_CBD_ORSPGRFA count
-- what was reported to the clearing house and to the treaty's system; ER_IAS_LEGIS and ER_IAS_NBSAP have a value for every
-- state, from a search in law databases and national plans. ER_IAS_NATBUD has one only for who answered the survey, and
-- 15.9.1 says that there is no target. Anything else is no answer. A 0 of another publisher, an own file say, is no.
-- The count of measures reported is quoted from three questions with a value on: what is not reported is not counted, which
-- says nothing against its existence. The share of the yes and no is quoted where all seven questions have a yes or no: a
-- share of these alone would leave out most of the no.
-- On record: of the five questions that are put to every country (the plant treaty asks its parties only, and accounts are
-- asked for since later) what nobody reports counts as not on record, so that silence never pays; the range reaches up to all
-- that is no plain no. A law or a plan on record stands for ten years. Quoted in years in which one of the five has a value
-- of that very year and four have any, so that its year is that of an answer.
-- Years: from the first entry into force or answer, not before 1993 when the Convention on Biological Diversity came into
-- being, to the last year in which any source of this country says anything. Neither the clock nor another country moves them.
-- Source: lists of parties and UN SDG ER_CBD_NAGOYA, ER_CBD_PTYPGRFA (core.treaty_statement); UN SDG ER_CBD_ABSCLRHS,
-- ER_CBD_ORSPGRFA (15.6.1), ER_IAS_LEGIS, ER_IAS_NBSAP, ER_IAS_NATBUD (15.8.1), ER_BDY_ABT2NP, ER_BDY_SEEA (15.9.1).
WITH treaty (treaty, in_being_from) AS (
    VALUES
        ('cites', DATE '1975-07-01'), ('world_heritage', DATE '1975-12-17'), ('ramsar', DATE '1975-12-21'),
        ('cms', DATE '1983-11-01'), ('cbd', DATE '1993-12-29'), ('cartagena', DATE '2003-09-11'),
        ('itpgrfa', DATE '2004-06-29'), ('nagoya', DATE '2014-10-12'), ('paris', DATE '2016-11-04'),
        ('nagoya_kuala_lumpur', DATE '2018-03-05'), ('bbnj', DATE '2026-01-17')
),

question (series_code, has_silent_zero, is_for_all) AS (
    VALUES
        ('ER_IAS_LEGIS', true, true), ('ER_IAS_NBSAP', true, true), ('ER_IAS_NATBUD', false, true),
        ('ER_CBD_ABSCLRHS', true, true), ('ER_CBD_ORSPGRFA', true, false), ('ER_BDY_ABT2NP', false, true),
        ('ER_BDY_SEEA', false, false)
),

answer AS (
    SELECT
        given.country_code,
        given.series_code,
        given.year,
        given.source,
        question.is_for_all,
        CASE
            WHEN given.value = 1 THEN true
            WHEN NOT (question.has_silent_zero AND given.publisher = 'unsdg') THEN false
        END AS is_yes
    FROM core.indicator_observation AS given
    JOIN question ON given.series_code = question.series_code
    WHERE given.disaggregation = 'total' AND given.value_status = 'observed' AND given.value IN (0, 1)
),

span AS (
    SELECT country_code, min(first_year) AS first_year, max(last_year) AS last_year
    FROM (
        SELECT
            country_code,
            CASE
                WHEN is_flag THEN year(as_of)
                WHEN standing = 'in_force' AND valid_from <= as_of THEN year(valid_from)
            END AS first_year,
            greatest(year(as_of), CASE WHEN standing = 'in_force' THEN year(valid_to) END) AS last_year
        FROM core.treaty_statement
        UNION ALL
        SELECT country_code, year AS first_year, year AS last_year FROM answer
    )
    GROUP BY country_code
),

spine AS (
    SELECT country_code, year, make_date(year, 12, 31) AS last_day
    FROM (
        SELECT
            country_code,
            unnest(
                range(least(greatest(1993, coalesce(first_year, last_year)), last_year), last_year + 1)
            ) AS year
        FROM span
        WHERE last_year >= 1993
    )
),

held AS (
    SELECT
        spine.country_code,
        spine.year,
        stated.treaty,
        stated.is_flag,
        stated.standing,
        stated.as_of >= spine.last_day AS is_current,
        source_precedence(stated.source) = 0 AS is_own
    FROM spine
    JOIN core.treaty_statement AS stated
        ON spine.country_code = stated.country_code
        AND coalesce(stated.valid_from <= spine.last_day, true)
        AND coalesce(spine.last_day < stated.valid_to, true)
    QUALIFY
        row_number() OVER (
            PARTITION BY spine.country_code, spine.year, stated.treaty, stated.is_flag
            ORDER BY
                is_own AND is_current DESC,
                stated.standing = 'not_open' AND NOT is_own,
                stated.as_of DESC,
                source_precedence(stated.source),
                stated.source
        ) = 1
),

stance AS (
    SELECT country_code, year, treaty, standing, is_own
    FROM held
    QUALIFY
        row_number() OVER (PARTITION BY country_code, year, treaty ORDER BY standing = 'unknown', is_flag) = 1
),

counted AS (
    SELECT
        spine.country_code,
        spine.year,
        count(*) FILTER (WHERE stance.standing IS DISTINCT FROM 'not_open') AS open,
        count(*) FILTER (WHERE stance.standing IN ('in_force', 'not_in_force')) AS known,
        count(*) FILTER (WHERE stance.standing = 'in_force') AS in_force,
        coalesce(bool_or(stance.standing IN ('in_force', 'not_in_force') AND stance.is_own), false) AS is_own
    FROM spine
    JOIN treaty ON treaty.in_being_from <= spine.last_day
    LEFT JOIN stance
        ON spine.country_code = stance.country_code AND spine.year = stance.year AND treaty.treaty = stance.treaty
    GROUP BY spine.country_code, spine.year
),

-- Where the country stood by the latest word of that year or the five before.
latest AS (
    SELECT
        now.country_code,
        now.year,
        now.treaty,
        arg_max(past.standing, past.year) FILTER (WHERE past.standing <> 'unknown') AS standing,
        arg_max(past.is_own, past.year) FILTER (WHERE past.standing <> 'unknown') AS is_own
    FROM stance AS now
    JOIN stance AS past
        ON now.country_code = past.country_code AND now.treaty = past.treaty AND past.year BETWEEN now.year - 5 AND now.year
    GROUP BY now.country_code, now.year, now.treaty
),

joined AS (
    SELECT
        latest.country_code,
        latest.year,
        count(*) AS stated,
        count(standing) AS known,
        count(*) FILTER (WHERE standing = 'in_force') AS in_force,
        coalesce(bool_or(is_own), false) AS is_own
    FROM latest
    JOIN treaty ON latest.treaty = treaty.treaty AND treaty.in_being_from <= make_date(latest.year, 12, 31)
    WHERE standing IS DISTINCT FROM 'not_open'
    GROUP BY latest.country_code, latest.year
),

party AS (
    SELECT
        country_code,
        year,
        bool_and(standing = 'not_open') AS is_closed,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'cbd' AND is_known) AS is_cbd_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'cartagena' AND is_known) AS is_cartagena_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'nagoya' AND is_known) AS is_nagoya_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'nagoya_kuala_lumpur' AND is_known) AS is_nagoya_kuala_lumpur_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'cites' AND is_known) AS is_cites_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'cms' AND is_known) AS is_cms_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'ramsar' AND is_known) AS is_ramsar_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'world_heritage' AND is_known) AS is_world_heritage_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'itpgrfa' AND is_known) AS is_itpgrfa_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'paris' AND is_known) AS is_paris_party,
        bool_or(standing = 'in_force') FILTER (WHERE treaty = 'bbnj' AND is_known) AS is_bbnj_party
    FROM (SELECT *, standing IN ('in_force', 'not_in_force') AS is_known FROM stance)
    GROUP BY country_code, year
),

answered AS (
    SELECT
        country_code,
        year,
        series_code,
        last.year AS answer_year,
        last.is_yes,
        year - last.year <= 5 AS is_fresh,
        is_for_all AND year - last.year <= 10 AS is_on_file,
        source_precedence(last.source) = 0 AS is_own
    FROM (
        SELECT
            spine.country_code,
            spine.year,
            answer.series_code,
            any_value(answer.is_for_all) AS is_for_all,
            max_by(struct_pack(year := answer.year, is_yes := answer.is_yes, source := answer.source), answer.year) AS last
        FROM spine
        JOIN answer ON spine.country_code = answer.country_code AND answer.year <= spine.year
        GROUP BY spine.country_code, spine.year, answer.series_code
    )
),

flags AS (
    SELECT
        country_code,
        year,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_IAS_LEGIS') AS has_invasive_species_law,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_IAS_NBSAP') AS has_invasive_species_target,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_IAS_NATBUD') AS has_invasive_species_budget,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_CBD_ABSCLRHS') AS has_access_benefit_framework,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_CBD_ORSPGRFA') AS has_plant_genetic_framework,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_BDY_ABT2NP') AS has_biodiversity_target,
        bool_or(is_yes) FILTER (WHERE is_fresh AND series_code = 'ER_BDY_SEEA') AS has_environmental_accounts,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_IAS_LEGIS') AS invasive_species_law_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_IAS_NBSAP') AS invasive_species_target_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_IAS_NATBUD') AS invasive_species_budget_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_CBD_ABSCLRHS') AS access_benefit_framework_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_CBD_ORSPGRFA') AS plant_genetic_framework_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_BDY_ABT2NP') AS biodiversity_target_year,
        max(answer_year) FILTER (WHERE is_fresh AND is_yes IS NOT NULL AND series_code = 'ER_BDY_SEEA') AS environmental_accounts_year,
        count(is_yes) FILTER (WHERE is_fresh) AS answers,
        count(*) FILTER (WHERE is_fresh) AS asked,
        count(*) FILTER (WHERE is_on_file) AS on_file,
        count(*) FILTER (WHERE is_on_file AND is_yes) AS on_record,
        count(*) FILTER (WHERE is_on_file AND NOT is_yes) AS denied,
        bool_or(is_on_file AND answer_year = year) AS has_new,
        bool_or(is_own AND is_on_file) AS is_own_on_file,
        count(*) FILTER (WHERE is_fresh AND is_yes) AS measures,
        bool_or(is_fresh) AS has_fresh,
        coalesce(bool_or(NOT is_fresh AND is_yes IS NOT NULL), false) AS has_old,
        bool_or(is_own AND is_fresh AND is_yes IS NOT NULL) AS is_own
    FROM answered
    GROUP BY country_code, year
)

SELECT
    spine.country_code,
    spine.year,
    counted.open AS treaties_open,
    counted.known AS treaties_known,
    CASE WHEN counted.known > 0 THEN counted.in_force END AS treaties_in_force,
    CASE WHEN counted.known > 0 THEN counted.in_force + counted.open - counted.known END AS treaties_in_force_most,
    counted.in_force / nullif(counted.known, 0) AS treaties_in_force_share,
    CASE WHEN counted.known > 0 THEN counted.in_force / counted.open END AS treaties_in_force_share_least,
    CASE
        WHEN counted.known > 0 THEN (counted.in_force + counted.open - counted.known) / counted.open
    END AS treaties_in_force_share_most,
    coalesce(joined.known, 0) AS treaties_stated,
    joined.in_force / nullif(joined.known, 0) AS treaties_joined_share,
    CASE WHEN joined.known > 0 THEN joined.in_force / counted.open END AS treaties_joined_share_least,
    CASE WHEN joined.known > 0 THEN (joined.in_force + counted.open - joined.known) / counted.open END
        AS treaties_joined_share_most,
    party.is_cbd_party,
    party.is_cartagena_party,
    party.is_nagoya_party,
    party.is_nagoya_kuala_lumpur_party,
    party.is_cites_party,
    party.is_cms_party,
    party.is_ramsar_party,
    party.is_world_heritage_party,
    party.is_itpgrfa_party,
    party.is_paris_party,
    party.is_bbnj_party,
    flags.has_invasive_species_law,
    flags.invasive_species_law_year,
    flags.has_invasive_species_target,
    flags.invasive_species_target_year,
    flags.has_invasive_species_budget,
    flags.invasive_species_budget_year,
    flags.has_access_benefit_framework,
    flags.access_benefit_framework_year,
    flags.has_plant_genetic_framework,
    flags.plant_genetic_framework_year,
    flags.has_biodiversity_target,
    flags.biodiversity_target_year,
    flags.has_environmental_accounts,
    flags.environmental_accounts_year,
    coalesce(flags.answers, 0) AS national_answers,
    CASE WHEN flags.asked > 0 THEN flags.measures END AS national_measures,
    CASE WHEN flags.asked > 0 THEN flags.measures + 7 - flags.answers END AS national_measures_most,
    coalesce(flags.asked, 0) AS national_questions,
    coalesce(flags.on_file, 0) AS record_questions,
    CASE WHEN flags.on_file > 0 THEN flags.on_record / 5 END AS national_measures_on_record_share,
    CASE WHEN flags.on_file > 0 THEN (5 - flags.denied) / 5 END AS national_measures_on_record_share_most,
    CASE WHEN flags.on_file > 0 THEN if(coalesce(flags.is_own_on_file, false), 'own_value', 'official') END AS record_basis,
    coalesce(flags.on_file >= 4 AND flags.has_new, false) AS record_reportable,
    CASE
        WHEN record_reportable THEN NULL
        WHEN coalesce(flags.on_file, 0) = 0 THEN 'no_data'
        WHEN flags.on_file < 4 THEN 'too_few_answers'
        ELSE 'no_new_answer'
    END AS record_reason,
    flags.measures / nullif(flags.answers, 0) AS national_measures_share,
    CASE WHEN flags.answers > 0 THEN flags.measures / 7 END AS national_measures_share_least,
    CASE WHEN flags.answers > 0 THEN (flags.measures + 7 - flags.answers) / 7 END AS national_measures_share_most,
    CASE WHEN flags.asked > 0 THEN if(coalesce(flags.is_own, false), 'own_value', 'official') END AS national_basis,
    coalesce(flags.asked >= 3, false) AS measures_reportable,
    CASE
        WHEN flags.asked >= 3 THEN NULL
        WHEN flags.asked > 0 THEN 'too_few_answers'
        WHEN coalesce(flags.has_old, false) THEN 'answer_too_old'
        ELSE 'no_data'
    END AS measures_reason,
    coalesce(flags.answers = 7, false) AS national_reportable,
    CASE
        WHEN flags.answers = 7 THEN NULL
        WHEN coalesce(flags.has_old, false) THEN 'answer_too_old'
        WHEN NOT coalesce(flags.has_fresh, false) THEN 'no_data'
        WHEN flags.answers BETWEEN 1 AND 2 THEN 'too_few_answers'
        ELSE 'answers_unknown'
    END AS national_reason,
    CASE WHEN joined.known > 0 THEN if(joined.is_own, 'own_value', 'official') END AS joined_basis,
    coalesce(joined.known >= 5 AND joined.known = joined.stated AND joined.known >= 0.75 * counted.open, false)
        AS joined_reportable,
    CASE
        WHEN joined_reportable THEN NULL
        WHEN counted.open = 0 AND coalesce(party.is_closed, false) THEN 'not_open'
        WHEN coalesce(joined.known, 0) = 0 THEN 'no_data'
        WHEN counted.open < 5 THEN 'too_few_treaties'
        ELSE 'standing_unknown'
    END AS joined_reason,
    CASE WHEN counted.known > 0 THEN if(counted.is_own, 'own_value', 'official') END AS basis,
    counted.open >= 5 AND counted.known = counted.open AS reportable,
    CASE
        WHEN counted.known = 0 AND coalesce(party.is_closed, false) THEN 'not_open'
        WHEN counted.known = 0 THEN 'no_data'
        WHEN counted.open < 5 THEN 'too_few_treaties'
        WHEN counted.known < counted.open THEN 'standing_unknown'
    END AS reason
FROM spine
JOIN counted ON spine.country_code = counted.country_code AND spine.year = counted.year
LEFT JOIN joined ON spine.country_code = joined.country_code AND spine.year = joined.year
LEFT JOIN party ON spine.country_code = party.country_code AND spine.year = party.year
LEFT JOIN flags ON spine.country_code = flags.country_code AND spine.year = flags.year
