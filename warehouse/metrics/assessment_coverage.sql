-- How many of the species observed in a country the global Red List has looked at, by group: the fungi gap.
-- Observed: known from the country with at least one record. Introduced species count here: whether the Red List has
-- looked at a species does not depend on how the species came to the country.
--   assessed_share = assessed / observed        evaluated_share = (assessed - Data Deficient) / observed
--   gap_to_animals = world_assessed_share of animals - world_assessed_share of the group, over described species: the same for
--   every country, because a share of recorded species falls whenever somebody records what nobody has assessed
-- A row for every group and roll-up of each country with any known species: that no fungus was ever recorded is the
-- gap at its widest. Reportable from 10 observed species on, whose keys are all from one checklist; the gap where both
-- groups' described species are known.
-- Source: Red List categories as in core.species_status; world counts as in IUCN Red List summary statistics, Table 1a.
WITH recorded AS (
    SELECT country_code, species_key FROM core.country_species WHERE occurrences > 0
    UNION
    SELECT country_code, species_key FROM core.occurrence_cube
),

observed AS (
    SELECT
        status.country_code,
        unnest(reporting_groups(status.taxon_group, member.roll_up)) AS taxon_group,
        status.red_list_category AS category,
        checklist_of(known.checklist_key, known.species_key) AS checklist_key
    FROM core.species_status AS status
    JOIN core.country_species AS known
        ON status.country_code = known.country_code AND status.species_key = known.species_key
    JOIN recorded ON status.country_code = recorded.country_code AND status.species_key = recorded.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        count(*) AS observed_species,
        count(*) FILTER (WHERE is_assessed(category)) AS assessed_species,
        count(*) FILTER (WHERE category = 'DD') AS data_deficient,
        min(checklist_key) <> max(checklist_key) AS is_mixed
    FROM observed
    GROUP BY country_code, taxon_group
),

complete AS (
    SELECT
        country.country_code,
        wanted.taxon_group,
        wanted.described_species,
        wanted.world_assessed_species,
        at_most_one(wanted.world_assessed_species / nullif(wanted.described_species, 0)) AS world_assessed_share,
        coalesce(counted.observed_species, 0) AS observed_species,
        coalesce(counted.assessed_species, 0) AS assessed_species,
        coalesce(counted.data_deficient, 0) AS data_deficient,
        coalesce(counted.is_mixed, false) AS is_mixed
    FROM (SELECT DISTINCT country_code FROM core.country_species) AS country
    CROSS JOIN core.taxon_group AS wanted
    LEFT JOIN counted
        ON country.country_code = counted.country_code AND wanted.taxon_group = counted.taxon_group
),

compared AS (
    SELECT
        complete.*,
        complete.assessed_species / nullif(complete.observed_species, 0) AS assessed_share,
        max(complete.world_assessed_share) FILTER (complete.taxon_group = 'animals') OVER (PARTITION BY complete.country_code)
            - complete.world_assessed_share AS gap_to_animals,
        CASE
            WHEN complete.observed_species < 10 THEN 'too_few_species'
            WHEN complete.is_mixed THEN 'mixed_checklists'
        END AS reason
    FROM complete
)

SELECT
    country_code,
    taxon_group,
    described_species,
    world_assessed_species,
    observed_species,
    assessed_species,
    data_deficient,
    assessed_share,
    (assessed_species - data_deficient) / nullif(observed_species, 0) AS evaluated_share,
    world_assessed_share,
    gap_to_animals,
    reason IS NULL AS reportable,
    reason,
    gap_to_animals IS NOT NULL AS gap_reportable,
    CASE WHEN gap_to_animals IS NULL THEN 'no_described_count' END AS gap_reason
FROM compared
