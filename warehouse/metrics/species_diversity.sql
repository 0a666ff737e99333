-- Species of each group observed in a country, per year and over all years (year NULL), with the records behind them.
--   observed_richness = species with at least one record        occurrences = records, not individuals
-- Reportable from 20 records, where dubicube calls too few records an important problem, and when all species keys come
-- from one checklist. Years without a record of the group have no row: nobody looked, or nothing was found.
-- Source: B-Cubed occurrence cube specification (Desmet et al. 2023); thresholds of dubicube.
WITH record AS (
    SELECT
        recorded.country_code,
        unnest(reporting_groups(status.taxon_group, member.roll_up)) AS taxon_group,
        recorded.year,
        recorded.species_key,
        coalesce(recorded.checklist_key, '') AS checklist_key,
        recorded.occurrences
    FROM core.occurrence_cube AS recorded
    JOIN core.species_status AS status
        ON recorded.country_code = status.country_code AND recorded.species_key = status.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        year,
        sum(occurrences) AS occurrences,
        count(DISTINCT species_key) AS observed_richness,
        min(checklist_key) <> max(checklist_key) AS is_mixed
    FROM record
    GROUP BY GROUPING SETS ((country_code, taxon_group, year), (country_code, taxon_group))
)

SELECT
    country_code,
    taxon_group,
    year,
    occurrences,
    observed_richness,
    occurrences >= 20 AND NOT is_mixed AS reportable,
    CASE
        WHEN occurrences < 20 THEN 'too_few_records'
        WHEN is_mixed THEN 'mixed_checklists'
    END AS reason
FROM counted
