-- Question: Which threats, if they ended in a country, would take most of the extinction risk from its species?
-- Why: money for conservation is short; this is the order in which ending a threat pays for the world's species.
-- Reading: STAR scores at the finest level, the first five of each country over all its groups. `share` is of the
--   whole score, so what no known threat explains (`unallocated`) stands in the list as well: where it comes first,
--   look at `threats_unknown.sql` before planning. `past_threats_too` also counts threats that have ended.
WITH named AS (
    SELECT threat_code, min(threat_name) AS threat
    FROM core.threat
    GROUP BY threat_code
)

SELECT
    star.country_code,
    star.threat_code,
    coalesce(named.threat, '') AS threat,
    round(star.star, 1) AS star,
    round(star.star / nullif(total.star_total, 0), 3) AS share,
    round(star.star_any_timing, 1) AS past_threats_too,
    star.species,
    coalesce(star.reason, 'may be quoted') AS verdict
FROM metrics.threat_abatement AS star
JOIN metrics.threat_abatement_total AS total USING (country_code, taxon_group)
LEFT JOIN named USING (threat_code)
WHERE star.taxon_group = 'all' AND star.threat_level = 3
QUALIFY row_number() OVER (PARTITION BY star.country_code ORDER BY star.star DESC, star.threat_code) <= 5
ORDER BY star.country_code, star.star DESC, star.threat_code
