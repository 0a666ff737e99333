-- Species known from a country by Red List category, and the share of them that is threatened.
-- Known: every species of the group that a source lists for the country or has records of; introduced and vagrant ones
-- and those of uncertain presence left out, possibly extinct and extinct ones not (is_counted in core.species_status).
--   A = assessed species, T = EW + CR + EN + VU, EX = extinct species (RE counts as extinct), DD = Data Deficient
--   lower = T / (A - EX)      best = T / (A - EX - DD)      upper = (T + DD) / (A - EX)
-- Reportable when at least 80 % of the group's described species are assessed worldwide and at least 80 % of its species
-- known from the country are assessed. A roll-up is counted from species, never from its groups' shares; its described
-- and assessed species are the roll-up's own.
-- Source: IUCN Red List summary statistics; Guidelines for Reporting on Proportion Threatened 1.1 (2016).
WITH known AS (
    SELECT
        status.country_code,
        unnest(reporting_groups(status.taxon_group, member.roll_up)) AS taxon_group,
        status.red_list_category AS category,
        status.is_possibly_extinct
    FROM core.species_status AS status
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
    WHERE status.is_counted
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        count(*) AS known_species,
        count(*) FILTER (WHERE is_assessed(category)) AS assessed_species,
        count(*) FILTER (WHERE is_extinct(category)) AS extinct,
        count(*) FILTER (WHERE category = 'EW') AS extinct_in_the_wild,
        count(*) FILTER (WHERE category = 'CR') AS critically_endangered,
        count(*) FILTER (WHERE category = 'CR' AND is_possibly_extinct) AS possibly_extinct,
        count(*) FILTER (WHERE category = 'EN') AS endangered,
        count(*) FILTER (WHERE category = 'VU') AS vulnerable,
        count(*) FILTER (WHERE category = 'NT') AS near_threatened,
        count(*) FILTER (WHERE category = 'LC') AS least_concern,
        count(*) FILTER (WHERE category = 'DD') AS data_deficient,
        count(*) FILTER (WHERE is_threatened(category)) AS threatened,
        count(*) FILTER (WHERE is_threatened(category) OR category = 'EW') AS threatened_with_ew
    FROM known
    GROUP BY country_code, taxon_group
),

shared AS (
    SELECT
        counted.*,
        described.described_species,
        described.world_assessed_species,
        assessed_species - extinct AS extant,
        assessed_species - extinct - data_deficient AS data_sufficient,
        assessed_species / known_species AS national_assessed_share,
        at_most_one(described.world_assessed_species / nullif(described.described_species, 0)) AS world_assessed_share
    FROM counted
    JOIN core.taxon_group AS described ON counted.taxon_group = described.taxon_group
),

judged AS (
    SELECT
        *,
        CASE
            WHEN extant = 0 THEN 'no_assessed_species'
            WHEN data_sufficient = 0 THEN 'all_data_deficient'
            WHEN world_assessed_share IS NULL THEN 'no_described_count'
            WHEN world_assessed_share < 0.8 THEN 'group_partly_assessed'
            WHEN national_assessed_share < 0.8 THEN 'country_partly_assessed'
        END AS reason
    FROM shared
)

SELECT
    country_code,
    taxon_group,
    known_species,
    assessed_species,
    extinct,
    extinct_in_the_wild,
    critically_endangered,
    possibly_extinct,
    endangered,
    vulnerable,
    near_threatened,
    least_concern,
    data_deficient,
    CASE WHEN assessed_species > 0 THEN threatened END AS threatened_species,
    CASE WHEN assessed_species > 0 THEN threatened_with_ew END AS threatened_species_with_ew,
    threatened_with_ew / nullif(data_sufficient, 0) AS threatened_share,
    threatened_with_ew / nullif(extant, 0) AS threatened_share_lower,
    (threatened_with_ew + data_deficient) / nullif(extant, 0) AS threatened_share_upper,
    threatened / nullif(data_sufficient, 0) AS threatened_share_without_ew,
    national_assessed_share,
    described_species,
    world_assessed_species,
    world_assessed_share,
    reason IS NULL AS reportable,
    reason
FROM judged
