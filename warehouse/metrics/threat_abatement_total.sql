-- What the end of all threats would do for the species of a group in a country (STAR).
--   total = sum(weight share)      weight NT 100, VU 200, EN 300, CR 400; share = part of the species' range in the country
-- The range share stands in for the share of suitable habitat. A species is explained when a threat that is not past is
-- expected to cause a decline. A roll-up holds the groups assessed worldwide by 80 %; where the country has none of these,
-- all of them, and is then not reportable.
-- Reportable with range shares from maps, cells or an expert on a country list, when at least 80 % of the group's described
-- species are assessed worldwide, the range share is known for at least 80 % of the scoring species, and a threat for at
-- least 80 % of them, and where no more than 5 % of them are apart (is_apart in core.species_status) and may be counted twice.
-- Source: Mair et al. 2021, Nature Ecology & Evolution 5: 836-844.
WITH species AS (
    SELECT
        status.country_code,
        status.species_key,
        status.taxon_group,
        unnest(reporting_groups(status.taxon_group, described.roll_up)) AS member_of,
        star_weight(status.red_list_category) AS weight,
        status.range_share,
        status.share_method,
        status.list_basis,
        status.is_apart,
        described.world_assessed_species / nullif(described.described_species, 0) AS world_assessed_share
    FROM core.species_status AS status
    JOIN core.taxon_group AS described ON status.taxon_group = described.taxon_group
    WHERE status.is_counted AND is_assessed(status.red_list_category)
),

believed AS (
    SELECT status.country_code, status.species_key, threat.scope, threat.severity, threat.timing
    FROM core.species_status AS status
    JOIN landed.threat AS threat ON status.species_key = threat.species_key
    WHERE star_weight(status.red_list_category) IS NOT NULL
        AND (threat.unit_key = status.country_code OR NOT is_country_unit(threat.unit_key))
    QUALIFY
        dense_rank() OVER (
            PARTITION BY status.country_code, status.species_key
            ORDER BY source_precedence(threat.source), CASE WHEN source_precedence(threat.source) > 0 THEN threat.source END
        ) = 1
),

explained AS (
    SELECT DISTINCT country_code, species_key
    FROM believed
    WHERE is_current_threat(timing) AND expected_decline(scope, severity) > 0
),

chosen AS (
    SELECT *
    FROM species
    QUALIFY
        member_of = taxon_group
        OR world_assessed_share >= 0.8
        OR NOT coalesce(bool_or(world_assessed_share >= 0.8) OVER (PARTITION BY country_code, member_of), false)
),

summed AS (
    SELECT
        chosen.country_code,
        chosen.member_of AS taxon_group,
        count(chosen.weight) AS scoring_species,
        count(chosen.weight) FILTER (explained.species_key IS NOT NULL) AS species_with_threats,
        count(chosen.weight) FILTER (chosen.is_apart) AS apart_species,
        count(chosen.range_share) FILTER (chosen.weight IS NOT NULL) / nullif(count(chosen.weight), 0)
            AS range_share_known_share,
        sum(CAST(chosen.weight * chosen.range_share AS DECIMAL(24, 15))) AS total,
        sum(CAST(chosen.weight * chosen.range_share AS DECIMAL(24, 15))) FILTER (explained.species_key IS NOT NULL)
            AS allocated,
        bool_or(chosen.world_assessed_share >= 0.8) AS is_comprehensive,
        bool_and(chosen.world_assessed_share IS NULL) AS is_undescribed,
        common_method(CASE WHEN chosen.weight IS NOT NULL THEN chosen.share_method END) AS share_method,
        weakest_basis(
            range_basis(
                chosen.list_basis, CASE WHEN chosen.weight IS NOT NULL THEN chosen.share_method END, chosen.range_share
            )
        ) AS basis
    FROM chosen
    LEFT JOIN explained
        ON chosen.country_code = explained.country_code AND chosen.species_key = explained.species_key
    GROUP BY chosen.country_code, chosen.member_of
)

SELECT
    country_code,
    taxon_group,
    CAST(total AS DOUBLE) AS star_total,
    CASE WHEN total > 0 THEN CAST(coalesce(allocated, 0) AS DOUBLE) / CAST(total AS DOUBLE) END AS star_allocated_share,
    scoring_species,
    species_with_threats,
    apart_species,
    range_share_known_share,
    share_method,
    CASE WHEN scoring_species > 0 THEN basis END AS basis,
    reason IS NULL AS reportable,
    reason
FROM (
    SELECT
        *,
        CASE
            WHEN scoring_species = 0 THEN 'no_species_at_risk'
            WHEN coalesce(total, 0) = 0 THEN 'no_range_share'
            WHEN is_mixed_list(apart_species, scoring_species) THEN 'mixed_checklists'
            WHEN is_undescribed THEN 'no_described_count'
            WHEN NOT coalesce(is_comprehensive, false) THEN 'group_partly_assessed'
            WHEN range_share_known_share < 0.8 THEN 'no_range_share'
            WHEN species_with_threats / scoring_species < 0.8 THEN 'too_few_threats_known'
        END AS reason
    FROM summed
)
