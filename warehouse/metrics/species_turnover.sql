-- How the species of each group recorded in a country change from year to year; one row per year with records.
--   previous_year = the latest year before with a record of the group; gained, lost, shared = species against that year
--   turnover_share = (gained + lost) / (gained + lost + shared)
--   cumulative_richness = species recorded up to and including the year
--   recent_richness = of these, species recorded in the ten years that end with it
--   newness_year = mean year of all rows of the group's cube up to the year (one row per species, year and cell), rounded
--   half to even
-- Records follow effort: a species that is lost here was not recorded, which is not the same as gone.
-- Turnover is reportable with 20 records and three species in both years and at most three years without records
-- between them; the others from 20 records on.
-- Source: indicators of b3gbi (Desmet et al. 2023); Diamond 1969, PNAS 64: 57-63 for turnover; thresholds of dubicube.
-- b3gbi's cumulative richness takes the first row of a species, whatever its year; here it is the earliest year.
WITH species_year AS (
    SELECT
        country_code,
        species_key,
        year,
        CAST(sum(occurrences) AS BIGINT) AS records,
        count(*) AS cube_rows,
        min(coalesce(checklist_key, '')) AS first_checklist,
        max(coalesce(checklist_key, '')) AS last_checklist
    FROM core.occurrence_cube
    GROUP BY country_code, species_key, year
),

species AS (
    SELECT
        country_code,
        species_key,
        list(struct_pack(
            year := year, records := records, cube_rows := cube_rows, first := first_checklist, last := last_checklist
        ) ORDER BY year) AS years
    FROM species_year
    GROUP BY country_code, species_key
),

recorded AS (
    SELECT
        species.country_code,
        status.taxon_group,
        member.roll_up,
        unnest(list_transform(species.years, lambda seen, place: struct_pack(
            here := seen,
            before := CASE WHEN place > 1 THEN species.years[place - 1].year END,
            after := CASE WHEN place < len(species.years) THEN species.years[place + 1].year END
        ))) AS seen
    FROM species
    JOIN core.species_status AS status
        ON species.country_code = status.country_code AND species.species_key = status.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
),

-- Each species is in one group, so that these counts add up to those of the roll-ups.
counted AS (
    SELECT
        country_code,
        taxon_group,
        roll_up,
        seen.here.year AS year,
        seen.before AS before,
        least(seen.after, seen.here.year + 10) AS old_from,
        count(*) AS species,
        sum(seen.here.records) AS records,
        sum(seen.here.cube_rows) AS cube_rows,
        min(seen.here.first) AS first_checklist,
        max(seen.here.last) AS last_checklist
    FROM recorded
    GROUP BY ALL
),

grouped AS (
    SELECT * EXCLUDE (taxon_group, roll_up), unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group
    FROM counted
),

-- A species counts as recent from the year of a record until its next record or ten years later: a step up and a step
-- down, the second perhaps in a year without any record.
stepped AS (
    SELECT
        country_code,
        taxon_group,
        unnest([
            struct_pack(
                year := year, before := before, step := species, species := species, records := records,
                cube_rows := cube_rows, first := first_checklist, last := last_checklist
            ),
            struct_pack(
                year := coalesce(old_from, year + 10), before := NULL, step := -species, species := 0, records := 0,
                cube_rows := 0, first := NULL, last := NULL
            )
        ]) AS seen
    FROM grouped
),

stepwise AS (
    SELECT
        country_code,
        taxon_group,
        seen.year AS year,
        sum(seen.step) AS step,
        sum(seen.species) AS species,
        coalesce(sum(seen.species) FILTER (seen.before IS NULL), 0) AS new_species,
        list(struct_pack(before := seen.before, species := seen.species)) AS by_year_before,
        sum(seen.records) AS records,
        sum(seen.cube_rows) AS cube_rows,
        min(seen.first) AS first_checklist,
        max(seen.last) AS last_checklist
    FROM stepped
    GROUP BY ALL
),

yearly AS (
    SELECT *, sum(step) OVER (PARTITION BY country_code, taxon_group ORDER BY year) AS recent
    FROM stepwise
    QUALIFY species > 0
),

followed AS (
    SELECT
        *,
        lag(year) OVER in_order AS previous_year,
        lag(species) OVER in_order AS previous_species,
        lag(records) OVER in_order AS previous_records,
        sum(new_species) OVER in_order AS cumulative,
        sum(year * cube_rows) OVER in_order / sum(cube_rows) OVER in_order AS mean_year,
        min(first_checklist) OVER in_order <> max(last_checklist) OVER in_order AS is_mixed
    FROM yearly
    WINDOW in_order AS (PARTITION BY country_code, taxon_group ORDER BY year)
),

compared AS (
    SELECT
        *,
        CASE WHEN previous_year IS NOT NULL THEN
            coalesce(list_sum(list_transform(
                list_filter(by_year_before, lambda seen: seen.before = previous_year),
                lambda seen: seen.species
            )), 0)
        END AS shared,
        CASE
            WHEN records < 20 THEN 'too_few_records'
            WHEN is_mixed THEN 'mixed_checklists'
        END AS reason
    FROM followed
),

judged AS (
    SELECT
        *,
        CASE
            WHEN previous_year IS NULL THEN 'first_year'
            WHEN reason IS NOT NULL THEN reason
            WHEN previous_records < 20 THEN 'too_few_records'
            WHEN species < 3 OR previous_species < 3 THEN 'too_few_species'
            WHEN year - previous_year > 4 THEN 'years_missing'
        END AS turnover_reason
    FROM compared
)

SELECT
    country_code,
    taxon_group,
    year,
    previous_year,
    records AS year_records,
    previous_records AS previous_year_records,
    species AS year_species,
    species - shared AS gained_species,
    previous_species - shared AS lost_species,
    shared AS shared_species,
    (species + previous_species - 2 * shared) / (species + previous_species - shared) AS turnover_share,
    cumulative AS cumulative_richness,
    recent AS recent_richness,
    CAST(round_even(mean_year, 0) AS BIGINT) AS newness_year,
    turnover_reason IS NULL AS turnover_reportable,
    turnover_reason,
    reason IS NULL AS reportable,
    reason
FROM judged
