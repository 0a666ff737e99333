-- Diversity of the species of each group observed in a country, per year and over all years (year NULL), from the
-- records of each species. x = records of a species, n = sum x, S = species, p = x / n, f1 and f2 = species with one and
-- two records.
--   observed_richness = S                      chao1_* = the species that exist, at least, see the macros chao_*
--   sample_coverage_share = 1 - (f1/n) A       the records' share of species seen, see the macro sample_coverage
--   hill_1 = exp(- sum p ln p)                 hill_2 = 1 / sum p^2, and both for an endless sample (asymptotic)
--   es50_richness = species expected among 50 records
--   pielou_evenness = ln(hill_1) / ln(S)       williams_evenness = 1 - sqrt((S sum p^2 - 1) / (S-1)), S of the year itself
--   standardised_richness = species expected when the sample covers 95 %, at most twice as large as the one there is;
--   standardised_hill_1, standardised_hill_2 = Hill numbers of the same sample; all three from 20 records on
--   abundance_rarity = sum over the species of (the group's records of all years / the species' records of all years)
-- Occurrences are records, not individuals: what they say of abundance is what recorders found worth recording.
-- Reportable from 20 records, where dubicube calls too few records an important problem, and when all species keys come
-- from one checklist. Years without a record of the group have no row: nobody looked, or nothing was found.
-- Source: Chao 1984; Chao & Jost 2012, 2015; Hurlbert 1971; Pielou 1966; B-Cubed occurrence cube specification (Desmet
-- et al. 2023); thresholds of dubicube; indicators of b3gbi, whose evenness counts the species of the whole cube as S.
WITH species_year AS (
    SELECT
        country_code,
        species_key,
        year,
        CAST(sum(occurrences) AS BIGINT) AS x,
        min(coalesce(checklist_key, '')) AS first_checklist,
        max(coalesce(checklist_key, '')) AS last_checklist
    FROM core.occurrence_cube
    GROUP BY country_code, species_key, year
),

species AS (
    SELECT
        country_code,
        species_key,
        CAST(sum(x) AS BIGINT) AS records,
        list(struct_pack(year := year, x := x, first := first_checklist, last := last_checklist)) AS years,
        min(first_checklist) AS first_checklist,
        max(last_checklist) AS last_checklist
    FROM species_year
    GROUP BY country_code, species_key
),

recorded AS (
    SELECT
        species.country_code,
        status.taxon_group,
        member.roll_up,
        species.records,
        unnest(list_append(species.years, struct_pack(
            year := NULL, x := species.records, first := species.first_checklist, last := species.last_checklist
        ))) AS seen
    FROM species
    JOIN core.species_status AS status
        ON species.country_code = status.country_code AND species.species_key = status.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
),

-- Each species is in one group, so that these counts add up to those of the roll-ups.
frequency AS (
    SELECT
        country_code,
        taxon_group,
        roll_up,
        seen.year AS year,
        seen.x AS x,
        count(*) AS species,
        sum(CAST(1 / records AS DECIMAL(38, 28))) AS inverse_records,
        min(seen.first) AS first_checklist,
        max(seen.last) AS last_checklist
    FROM recorded
    GROUP BY ALL
),

grouped AS (
    SELECT
        country_code,
        unnest(reporting_groups(taxon_group, roll_up)) AS taxon_group,
        year,
        x,
        species,
        inverse_records,
        first_checklist,
        last_checklist
    FROM frequency
),

summed AS (
    SELECT
        country_code,
        taxon_group,
        year,
        x,
        CAST(sum(species) AS BIGINT) AS species,
        sum(inverse_records) AS inverse_records,
        min(first_checklist) AS first_checklist,
        max(last_checklist) AS last_checklist
    FROM grouped
    GROUP BY country_code, taxon_group, year, x
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        year,
        list(struct_pack(x := CAST(x AS DOUBLE), species := CAST(species AS DOUBLE)) ORDER BY x) AS frequencies,
        CAST(sum(x * species) AS BIGINT) AS n,
        CAST(sum(species) AS BIGINT) AS s,
        CAST(coalesce(sum(species) FILTER (x = 1), 0) AS BIGINT) AS f1,
        CAST(coalesce(sum(species) FILTER (x = 2), 0) AS BIGINT) AS f2,
        sum(inverse_records) AS inverse_records,
        min(first_checklist) <> max(last_checklist) AS is_mixed
    FROM summed
    GROUP BY country_code, taxon_group, year
),

estimated AS (
    SELECT
        *,
        max(n) FILTER (year IS NULL) OVER (PARTITION BY country_code, taxon_group) AS group_records,
        shannon_entropy(frequencies, n) AS entropy,
        CASE WHEN n > 1 THEN exp(asymptotic_entropy(frequencies, f1, f2, n)) END AS hill_1_asymptotic,
        sample_coverage(f1, f2, n, n) AS coverage,
        chao_richness(s, f1, f2, n) AS chao1,
        chao_bias_corrected_richness(s, f1, f2) AS chao1_bias_corrected,
        n >= 20 AND is_within_sample(f1, f2, n, n, common_coverage()) AS is_within
    FROM counted
),

-- As size_at_coverage says; the few rows that need its search go together, which is several times faster.
sized AS (
    SELECT *, size_by_search(frequencies, n, n, 1 - common_coverage() - f1 / n) AS size FROM estimated WHERE is_within
    UNION ALL
    SELECT *, CASE WHEN n >= 20 THEN size_without_search(frequencies, f1, f2, n, n, common_coverage()) END AS size
    FROM estimated
    WHERE NOT is_within
),

judged AS (
    SELECT
        *,
        CASE WHEN n < 20 THEN 'too_few_records' WHEN is_mixed THEN 'mixed_checklists' END AS reason,
        CASE WHEN f1 = n THEN 'all_singletons' END AS singleton_reason,
        CASE WHEN coalesce(size > 2 * n, true) THEN 'coverage_too_low' END AS size_reason,
        CASE WHEN n > 1 THEN 1 / nullif(asymptotic_concentration(frequencies, n), 0) END AS hill_2_asymptotic,
        CASE
            WHEN size < n THEN rarefied_hill_1(frequencies, size, n, n)
            WHEN size <= 2 * n
                THEN extrapolated_hill_1(exp(entropy), hill_1_asymptotic, last_entropy(frequencies, n, n), size - n)
        END AS standardised_hill_1,
        CASE WHEN size <= 2 * n THEN hill_2_at(frequencies, size, n, n) END AS standardised_hill_2
    FROM sized
),

ordered AS (
    SELECT
        *,
        is_in_order(hill_1_asymptotic, hill_2_asymptotic) AS is_asymptotic_in_order,
        is_in_order(standardised_hill_1, standardised_hill_2) AS is_standardised_in_order
    FROM judged
)

SELECT
    country_code,
    taxon_group,
    year,
    n AS occurrences,
    f1 AS singletons,
    f2 AS doubletons,
    s AS observed_richness,
    chao1 AS chao1_inext_richness,
    chao_lower(s, chao1, chao_variance(s, f1, f2, n)) AS chao1_inext_richness_lower,
    chao_upper(s, chao1, chao_variance(s, f1, f2, n)) AS chao1_inext_richness_upper,
    chao1_bias_corrected AS chao1_bias_corrected_richness,
    chao_lower(s, chao1_bias_corrected, chao_bias_corrected_variance(s, f1, f2)) AS chao1_bias_corrected_richness_lower,
    chao_upper(s, chao1_bias_corrected, chao_bias_corrected_variance(s, f1, f2)) AS chao1_bias_corrected_richness_upper,
    coverage AS sample_coverage_share,
    exp(entropy) AS hill_1,
    CASE WHEN is_asymptotic_in_order THEN hill_1_asymptotic END AS hill_1_asymptotic,
    1 / simpson_concentration(frequencies, n) AS hill_2,
    CASE WHEN is_asymptotic_in_order THEN hill_2_asymptotic END AS hill_2_asymptotic,
    expected_species(frequencies, 50, n) AS es50_richness,
    at_most_one(entropy / nullif(ln(s), 0)) AS pielou_evenness,
    williams_evenness(frequencies, s, n) AS williams_evenness,
    CASE WHEN size <= 2 * n THEN richness_at(frequencies, f1, f2, size, n) END AS standardised_richness,
    CASE WHEN is_standardised_in_order THEN standardised_hill_1 END AS standardised_hill_1,
    CASE WHEN is_standardised_in_order THEN standardised_hill_2 END AS standardised_hill_2,
    CASE WHEN size <= 2 * n THEN size END AS standardised_records,
    group_records * CAST(inverse_records AS DOUBLE) AS abundance_rarity,
    reason IS NULL AS reportable,
    reason,
    coalesce(reason, singleton_reason) IS NULL AS estimate_reportable,
    coalesce(reason, singleton_reason) AS estimate_reason,
    coalesce(reason, singleton_reason) IS NULL AND is_asymptotic_in_order AS hill_asymptotic_reportable,
    coalesce(reason, singleton_reason, CASE WHEN NOT is_asymptotic_in_order THEN 'out_of_order' END)
        AS hill_asymptotic_reason,
    coalesce(reason, CASE WHEN n < 50 THEN 'too_few_records' END) IS NULL AS es50_reportable,
    coalesce(reason, CASE WHEN n < 50 THEN 'too_few_records' END) AS es50_reason,
    coalesce(reason, CASE WHEN s < 3 THEN 'too_few_species' END) IS NULL AS evenness_reportable,
    coalesce(reason, CASE WHEN s < 3 THEN 'too_few_species' END) AS evenness_reason,
    coalesce(reason, size_reason) IS NULL AS standardised_reportable,
    coalesce(reason, size_reason) AS standardised_reason,
    coalesce(reason, size_reason) IS NULL AND is_standardised_in_order AS standardised_hill_reportable,
    coalesce(reason, size_reason, CASE WHEN NOT is_standardised_in_order THEN 'out_of_order' END)
        AS standardised_hill_reason
FROM ordered
