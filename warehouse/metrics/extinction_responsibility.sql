-- What part of the world's extinction risk in a group lies in a country.
--   contribution = sum(W share) / (5 N)        risk in species = sum(W share) / 5
--   W = weight of today's global category (LC 0 to extinct in the wild 5), share = part of the species' world range in the
--   country, N = species of the group worldwide that are neither Data Deficient nor Extinct, as are those of the sums
-- Over all countries the contributions add up to what the group is short of a Red List Index of 1.
-- N comes from a dated source and never from the countries loaded; where there is none the contribution is NULL. Endemic:
-- share >= 0.95; near-endemic: share >= 0.5. A roll-up holds the groups assessed worldwide by 80 %; where the country has
-- none of these, all of them, and is then not reportable; its N is the sum over all groups of that kind, whether they live
-- in the country or not.
-- Reportable with range shares from maps, cells or an expert on a country list, for at least 80 % of the country's assessed
-- species, in groups of which at least 80 % of the described species are assessed worldwide, where no more than 5 % of the
-- species that add to the sum are apart (is_apart in core.species_status) and may be counted twice. Endemics also need a
-- share that is not of records; an equal share of 1 means that the Red List names no other country.
-- Source: Rodrigues et al. 2014, PLoS ONE 9(11): e113934.
WITH described AS (
    SELECT
        taxon_group,
        world_assessed_species,
        world_weighed_species,
        described_species,
        roll_up,
        coalesce(world_assessed_species / nullif(described_species, 0) >= 0.8, false) AS is_comprehensive
    FROM core.taxon_group
    WHERE NOT is_roll_up
),

species AS (
    SELECT
        status.country_code,
        status.taxon_group,
        described.is_comprehensive,
        unnest(reporting_groups(status.taxon_group, described.roll_up)) AS member_of,
        is_threatened(status.red_list_category) AS is_at_risk,
        status.range_share,
        status.share_method,
        status.list_basis,
        status.is_apart,
        CASE
            WHEN NOT is_extinct(status.red_list_category)
                THEN CAST(red_list_weight(status.red_list_category, status.is_possibly_extinct) * status.range_share AS DECIMAL(24, 18))
        END AS risk
    FROM core.species_status AS status
    JOIN described ON status.taxon_group = described.taxon_group
    WHERE status.is_counted AND is_assessed(status.red_list_category)
),

chosen AS (
    SELECT *
    FROM species
    QUALIFY
        member_of = taxon_group
        OR is_comprehensive
        OR NOT bool_or(is_comprehensive) OVER (PARTITION BY country_code, member_of)
),

summed AS (
    SELECT
        country_code,
        member_of AS taxon_group,
        count(*) AS assessed_species,
        count(*) FILTER (is_at_risk) AS threatened_species,
        count(range_share) / count(*) AS range_share_known_share,
        CAST(sum(risk) AS DOUBLE) AS risk,
        count(*) FILTER (risk > 0) AS species_at_risk,
        count(*) FILTER (risk > 0 AND is_apart) AS apart_species,
        count(*) FILTER (is_at_risk AND range_share >= 0.95) AS endemic,
        count(*) FILTER (is_at_risk AND range_share >= 0.5) AS near_endemic,
        bool_or(is_comprehensive) AS is_comprehensive,
        common_method(share_method) AS share_method,
        weakest_basis(range_basis(list_basis, share_method, range_share)) AS basis,
        weakest_basis(range_basis(list_basis, nullif(share_method, 'equal_shares'), range_share)) AS endemic_basis
    FROM chosen
    GROUP BY country_code, member_of
),

world AS (
    SELECT
        taxon_group,
        true AS is_comprehensive,
        sum(world_assessed_species) AS world_assessed_species,
        CASE WHEN count(*) = count(world_weighed_species) THEN sum(world_weighed_species) END AS world_weighed_species,
        true AS has_described
    FROM (
        SELECT unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group, world_assessed_species, world_weighed_species
        FROM described
        WHERE is_comprehensive
    )
    GROUP BY taxon_group
    UNION ALL
    SELECT
        taxon_group,
        false,
        world_assessed_species,
        world_weighed_species,
        world_assessed_species / nullif(described_species, 0) IS NOT NULL
    FROM core.taxon_group
),

judged AS (
    SELECT
        summed.*,
        world.world_assessed_species,
        world.world_weighed_species,
        CASE
            WHEN summed.risk IS NULL THEN 'no_range_share'
            WHEN is_mixed_list(apart_species, species_at_risk) THEN 'mixed_checklists'
            WHEN NOT coalesce(world.has_described, false) THEN 'no_described_count'
            WHEN NOT summed.is_comprehensive THEN 'group_partly_assessed'
            WHEN coalesce(world.world_weighed_species, 0) = 0 THEN 'no_world_counts'
            WHEN summed.range_share_known_share < 0.8 THEN 'no_range_share'
        END AS reason,
        CASE
            WHEN summed.risk IS NULL THEN 'no_range_share'
            WHEN is_mixed_list(apart_species, species_at_risk) THEN 'mixed_checklists'
            WHEN summed.range_share_known_share < 0.8 THEN 'no_range_share'
        END AS risk_reason
    FROM summed
    LEFT JOIN world
        ON summed.taxon_group = world.taxon_group AND summed.is_comprehensive = world.is_comprehensive
)

SELECT
    country_code,
    taxon_group,
    at_most_one(risk / nullif(5 * world_weighed_species, 0)) AS extinction_responsibility,
    risk / 5 AS extinction_risk_species,
    CASE WHEN risk IS NOT NULL THEN endemic END AS endemic_threatened_species,
    CASE WHEN risk IS NOT NULL THEN near_endemic END AS near_endemic_threatened_species,
    assessed_species,
    threatened_species,
    apart_species,
    world_assessed_species,
    world_weighed_species,
    range_share_known_share,
    share_method,
    basis,
    endemic_basis,
    reason IS NULL AS reportable,
    reason,
    risk_reason IS NULL AS risk_reportable,
    risk_reason,
    risk_reason IS NULL AS endemic_reportable,
    risk_reason AS endemic_reason
FROM judged
