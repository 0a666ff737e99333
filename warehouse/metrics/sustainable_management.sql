-- How a country manages its water, forests and fisheries, per year of which some source says anything.
--   each number is the value of its official series for the whole country (disaggregation `total`)
-- Bounds such as `<5` are no values; a published value outside 0 to 100 per cent, or a level outside 1 to 5, is left out, and
-- so is a percentage whose unit is another one. A forest plan of a country without any forest has no meaning: its latest
-- forest area up to that year is 0. Fisheries of a country without a coast have none either. Every row of such a country
-- says so, and a year in which sources only say why they give no value has a row too: what has no meaning is not unknown.
-- Source: UN SDG ER_H2O_IWRMD (6.5.1), EG_TBA_H2CO (6.5.2), EN_WWT_WWDS (6.3.1), AG_LND_FRSTMGT (15.2.1), ER_REG_UNFCIM
-- (14.6.1), ER_REG_SSFRAR (14.b.1); forest of metrics.ecosystem_condition.
WITH series (series_code, low, high, is_level, is_marine) AS (
    VALUES
        ('ER_H2O_IWRMD', 0, 100, false, false),
        ('EG_TBA_H2CO', 0, 100, false, false),
        ('EN_WWT_WWDS', 0, 100, false, false),
        ('AG_LND_FRSTMGT', 0, 100, false, false),
        ('ER_REG_UNFCIM', 1, 5, true, true),
        ('ER_REG_SSFRAR', 1, 5, true, true)
),

published AS (
    SELECT
        observation.*,
        series.is_marine,
        CASE
            WHEN observation.value_status <> 'observed' THEN observation.value_status
            WHEN NOT series.is_level AND NOT is_per_cent(observation.unit) THEN 'unknown_unit'
            WHEN observation.value NOT BETWEEN series.low AND series.high THEN 'out_of_range'
        END AS why_not
    FROM core.indicator_observation AS observation
    JOIN series ON observation.series_code = series.series_code
    WHERE observation.disaggregation = 'total' AND observation.value_status <> 'missing'
),

place AS (
    SELECT
        spine.country_code,
        spine.year,
        coalesce(any_value(country.is_landlocked), false) AS is_without_coast,
        coalesce(arg_max(condition.forest_pct, condition.year) = 0, false) AS is_without_forest
    FROM (SELECT DISTINCT country_code, year FROM published) AS spine
    LEFT JOIN core.country AS country ON spine.country_code = country.country_code
    LEFT JOIN metrics.ecosystem_condition AS condition
        ON spine.country_code = condition.country_code AND condition.year <= spine.year AND condition.forest_pct IS NOT NULL
    GROUP BY spine.country_code, spine.year
),

stated AS (
    SELECT
        published.country_code,
        published.year,
        series_code,
        basis_of(publisher, source) AS basis,
        is_without_coast,
        is_without_forest,
        why_not,
        CASE
            WHEN is_marine AND is_without_coast OR series_code = 'AG_LND_FRSTMGT' AND is_without_forest THEN NULL
            WHEN why_not IS NULL THEN value
        END AS value
    FROM published
    JOIN place ON published.country_code = place.country_code AND published.year = place.year
),

wide AS (
    SELECT
        country_code,
        year,
        max(value) FILTER (WHERE series_code = 'ER_H2O_IWRMD') AS water_management,
        max(basis) FILTER (WHERE series_code = 'ER_H2O_IWRMD' AND value IS NOT NULL) AS water_management_basis,
        max(value) FILTER (WHERE series_code = 'EG_TBA_H2CO') AS shared_waters,
        max(basis) FILTER (WHERE series_code = 'EG_TBA_H2CO' AND value IS NOT NULL) AS shared_waters_basis,
        max(value) FILTER (WHERE series_code = 'EN_WWT_WWDS') AS waste_water,
        max(basis) FILTER (WHERE series_code = 'EN_WWT_WWDS' AND value IS NOT NULL) AS waste_water_basis,
        max(value) FILTER (WHERE series_code = 'AG_LND_FRSTMGT') AS forest_plan,
        max(basis) FILTER (WHERE series_code = 'AG_LND_FRSTMGT' AND value IS NOT NULL) AS forest_plan_basis,
        max(value) FILTER (WHERE series_code = 'ER_REG_UNFCIM') AS illegal_fishing,
        max(basis) FILTER (WHERE series_code = 'ER_REG_UNFCIM' AND value IS NOT NULL) AS illegal_fishing_basis,
        max(value) FILTER (WHERE series_code = 'ER_REG_SSFRAR') AS small_fisheries,
        max(basis) FILTER (WHERE series_code = 'ER_REG_SSFRAR' AND value IS NOT NULL) AS small_fisheries_basis,
        bool_or(is_without_coast) AS is_without_coast,
        bool_or(is_without_forest) AS is_without_forest,
        list(series_code || '=' || why_not) FILTER (WHERE why_not IS NOT NULL) AS stated
    FROM stated
    GROUP BY country_code, year
),

explained AS (
    SELECT
        *,
        missing_reason(water_management, 'ER_H2O_IWRMD', false, stated) AS water_management_reason,
        missing_reason(shared_waters, 'EG_TBA_H2CO', false, stated) AS shared_waters_reason,
        missing_reason(waste_water, 'EN_WWT_WWDS', false, stated) AS waste_water_reason,
        CASE WHEN is_without_forest THEN 'no_forest' ELSE missing_reason(forest_plan, 'AG_LND_FRSTMGT', false, stated) END
            AS forest_plan_reason,
        missing_reason(illegal_fishing, 'ER_REG_UNFCIM', is_without_coast, stated) AS illegal_fishing_reason,
        missing_reason(small_fisheries, 'ER_REG_SSFRAR', is_without_coast, stated) AS small_fisheries_reason
    FROM wide
)

SELECT
    country_code,
    year,
    water_management AS water_management_pct,
    shared_waters AS shared_waters_agreed_pct,
    waste_water AS waste_water_treated_pct,
    forest_plan AS forest_plan_pct,
    illegal_fishing AS illegal_fishing_level,
    small_fisheries AS small_fisheries_level,
    water_management_basis,
    water_management_reason IS NULL AS water_management_reportable,
    water_management_reason,
    shared_waters_basis,
    shared_waters_reason IS NULL AS shared_waters_reportable,
    shared_waters_reason,
    waste_water_basis,
    waste_water_reason IS NULL AS waste_water_reportable,
    waste_water_reason,
    forest_plan_basis,
    forest_plan_reason IS NULL AS forest_plan_reportable,
    forest_plan_reason,
    illegal_fishing_basis,
    illegal_fishing_reason IS NULL AS illegal_fishing_reportable,
    illegal_fishing_reason,
    small_fisheries_basis,
    small_fisheries_reason IS NULL AS small_fisheries_reportable,
    small_fisheries_reason,
    coalesce(water_management, shared_waters, waste_water, forest_plan, illegal_fishing, small_fisheries) IS NOT NULL AS reportable,
    CASE
        WHEN NOT reportable
            THEN coalesce(nullif(water_management_reason, 'no_data'), nullif(shared_waters_reason, 'no_data'),
                nullif(waste_water_reason, 'no_data'), nullif(forest_plan_reason, 'no_data'),
                nullif(illegal_fishing_reason, 'no_data'), nullif(small_fisheries_reason, 'no_data'), 'no_data')
    END AS reason
FROM explained
