-- How much the end of each threat would do for the species of a group in a country (STAR), at three depths of code.
--   score of species s and threat t = weight(s) share(s) e(t) / sum of e over the species' threats
--   weight NT 100, VU 200, EN 300, CR 400; share = part of the species' range in the country;
--   e = expected decline in per cent by scope and severity (expected_decline); threats without a decline are dropped
-- A species without any scoring threat keeps its score as `unallocated`, so that each level adds up to star_total. Threats
-- that are past do not count in `star` and do in `star_any_timing`. A code that is listed once per named agent counts as
-- often as it is listed. Threats are one source's whole list, own files before publishers; each country's own unit of work
-- and what was loaded for everyone speak.
-- Source: Mair et al. 2021, Nature Ecology & Evolution 5: 836-844.
WITH species AS (
    SELECT
        status.country_code,
        status.species_key,
        status.taxon_group,
        status.is_apart,
        described.roll_up,
        described.world_assessed_species / nullif(described.described_species, 0) AS world_assessed_share,
        star_weight(status.red_list_category) * status.range_share AS score
    FROM core.species_status AS status
    JOIN core.taxon_group AS described ON status.taxon_group = described.taxon_group
    WHERE status.is_counted AND star_weight(status.red_list_category) IS NOT NULL AND status.range_share > 0
),

believed AS (
    SELECT species.country_code, species.species_key, threat.threat_code, threat.timing, threat.scope, threat.severity
    FROM species
    JOIN landed.threat AS threat
        ON species.species_key = threat.species_key
        AND (threat.unit_key = species.country_code OR NOT is_country_unit(threat.unit_key))
    QUALIFY
        dense_rank() OVER (
            PARTITION BY species.country_code, species.species_key
            ORDER BY source_precedence(threat.source), CASE WHEN source_precedence(threat.source) > 0 THEN threat.source END
        ) = 1
        AND row_number() OVER (
            PARTITION BY species.country_code, species.species_key, source_precedence(threat.source),
                CASE WHEN source_precedence(threat.source) > 0 THEN threat.source END, threat.threat_code, threat.detail
            ORDER BY expected_decline(threat.scope, threat.severity) DESC, is_current_threat(threat.timing) DESC,
                threat.timing, threat.scope, threat.severity
        ) = 1
),

declining AS (
    SELECT
        country_code,
        species_key,
        threat_code,
        CASE WHEN is_current_threat(timing) THEN expected_decline(scope, severity) ELSE 0 END AS current_decline,
        expected_decline(scope, severity) AS any_decline
    FROM believed
    WHERE expected_decline(scope, severity) > 0
),

summed AS (
    SELECT country_code, species_key, sum(current_decline) AS current_decline, sum(any_decline) AS any_decline
    FROM declining
    GROUP BY country_code, species_key
),

scored AS (
    SELECT
        species.*,
        declining.threat_code,
        coalesce(species.score * declining.current_decline / nullif(summed.current_decline, 0), 0) AS star,
        species.score * declining.any_decline / summed.any_decline AS star_any_timing
    FROM species
    JOIN declining ON species.country_code = declining.country_code AND species.species_key = declining.species_key
    JOIN summed ON species.country_code = summed.country_code AND species.species_key = summed.species_key
    UNION ALL
    SELECT
        species.*,
        'unallocated' AS threat_code,
        CASE WHEN coalesce(summed.current_decline, 0) = 0 THEN species.score ELSE 0 END AS star,
        CASE WHEN summed.any_decline IS NULL THEN species.score ELSE 0 END AS star_any_timing
    FROM species
    LEFT JOIN summed ON species.country_code = summed.country_code AND species.species_key = summed.species_key
    WHERE coalesce(summed.current_decline, 0) = 0
),

-- Which groups a roll-up holds is decided as in threat_abatement_total: over all its assessed species.
comprehensive AS (
    SELECT country_code, member_of, bool_or(world_assessed_share >= 0.8) AS has_any
    FROM (
        SELECT
            status.country_code,
            unnest(reporting_groups(status.taxon_group, described.roll_up)) AS member_of,
            described.world_assessed_species / nullif(described.described_species, 0) AS world_assessed_share
        FROM core.species_status AS status
        JOIN core.taxon_group AS described ON status.taxon_group = described.taxon_group
        WHERE status.is_counted AND is_assessed(status.red_list_category)
    )
    GROUP BY country_code, member_of
),

member AS (
    SELECT scored.*, unnest(reporting_groups(taxon_group, roll_up)) AS member_of
    FROM scored
),

levelled AS (
    SELECT
        member.*,
        unnest([1, 2, 3]) AS threat_level
    FROM member
    JOIN comprehensive ON member.country_code = comprehensive.country_code AND member.member_of = comprehensive.member_of
    WHERE member.member_of = member.taxon_group
        OR NOT coalesce(comprehensive.has_any, false)
        OR member.world_assessed_share >= 0.8
)

SELECT
    levelled.country_code,
    levelled.member_of AS taxon_group,
    levelled.threat_level,
    array_to_string(string_split(levelled.threat_code, '.')[1:levelled.threat_level], '.') AS threat_code,
    CAST(sum(CAST(levelled.star AS DECIMAL(24, 15))) AS DOUBLE) AS star,
    CAST(sum(CAST(levelled.star_any_timing AS DECIMAL(24, 15))) AS DOUBLE) AS star_any_timing,
    count(DISTINCT levelled.species_key) AS species,
    count(DISTINCT levelled.species_key) FILTER (levelled.is_apart) AS apart_species,
    total.share_method,
    total.basis,
    total.reportable,
    total.reason
FROM levelled
JOIN metrics.threat_abatement_total AS total
    ON levelled.country_code = total.country_code AND levelled.member_of = total.taxon_group
GROUP BY ALL
