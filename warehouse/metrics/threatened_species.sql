-- Species known from a country by Red List category, and the share of them that is threatened.
-- Known: the species of the group on a country list, or where the country has none for the group, all that a source lists or
-- has records of; introduced and vagrant ones and those of uncertain presence left out, possibly extinct and extinct ones
-- not (is_counted in core.species_status).
--   A = assessed species, T = EW + CR + EN + VU, EX = extinct species (RE counts as extinct), DD = Data Deficient
--   share = T / (A - EX - DD)      range_low = T / (A - EX)      range_high = (T + DD) / (A - EX)
-- Reportable on a country list, with at least 10 species in the denominator (fewer, and one species moves the share by more
-- than a tenth; an own list that names threatened ones alone also says that it is complete), when at least 80 % of the
-- group's described species are assessed worldwide and at least 80 % of its species known from the country are assessed.
-- Where more than 5 % of the species in the denominator, or of the threatened ones among them, are apart (is_apart in
-- core.species_status), they may be counted twice, and the numbers are not reportable.
-- A roll-up is counted from species, never from its groups' shares; its described and assessed species are the roll-up's own.
-- Beside it the World Bank's count of threatened mammals, birds and (higher) plants, of its latest year; of fishes it counts
-- more than one reporting group.
-- Source: IUCN Red List summary statistics; Guidelines for Reporting on Proportion Threatened 1.1 (2016). World Bank
-- EN.MAM.THRD.NO, EN.BIR.THRD.NO, EN.HPT.THRD.NO.
WITH known AS (
    SELECT
        status.country_code,
        unnest(reporting_groups(status.taxon_group, member.roll_up)) AS taxon_group,
        status.red_list_category AS category,
        status.is_possibly_extinct,
        status.list_basis,
        status.is_apart,
        coalesce(source_precedence(listed.source) = 0 AND listed.is_complete_list IS DISTINCT FROM true, false) AS is_own
    FROM core.species_status AS status
    JOIN core.country_species AS listed
        ON status.country_code = listed.country_code AND status.species_key = listed.species_key
    JOIN core.taxon_group AS member ON status.taxon_group = member.taxon_group
    WHERE status.is_counted
),

counted AS (
    SELECT
        country_code,
        taxon_group,
        count(*) AS known_species,
        weakest_basis(list_basis) AS basis,
        bool_and(is_own) AS is_own,
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
        count(*) FILTER (WHERE is_threatened(category) OR category = 'EW') AS threatened_with_ew,
        count(*) FILTER (WHERE is_apart AND is_assessed(category) AND NOT is_extinct(category) AND category <> 'DD')
            AS apart_species,
        count(*) FILTER (WHERE is_apart AND (is_threatened(category) OR category = 'EW')) AS apart_threatened
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
            WHEN is_mixed_list(apart_species, data_sufficient) THEN 'mixed_checklists'
            WHEN is_mixed_list(apart_threatened, threatened_with_ew) THEN 'mixed_checklists'
            WHEN world_assessed_share IS NULL THEN 'no_described_count'
            WHEN world_assessed_share < 0.8 THEN 'group_partly_assessed'
            WHEN national_assessed_share < 0.8 THEN 'country_partly_assessed'
            WHEN data_sufficient < 10 THEN 'too_few_species'
            WHEN is_own AND basis = 'country_list' AND threatened_with_ew = data_sufficient THEN 'completeness_unknown'
        END AS reason
    FROM shared
),

official AS (
    SELECT
        stated.country_code,
        series.taxon_group,
        max(stated.year) AS year,
        arg_max(stated.value, stated.year) AS species,
        arg_max(basis_of(stated.publisher, stated.source), stated.year) AS basis
    FROM core.indicator_observation AS stated
    JOIN (
        VALUES ('EN.MAM.THRD.NO', 'mammals'), ('EN.BIR.THRD.NO', 'birds'), ('EN.HPT.THRD.NO', 'plants')
    ) AS series (series_code, taxon_group) ON stated.series_code = series.series_code
    WHERE stated.disaggregation = 'total' AND stated.value_status = 'observed' AND stated.value >= 0
    GROUP BY stated.country_code, series.taxon_group
),

beside AS (
    SELECT
        coalesce(judged.country_code, official.country_code) AS country_code,
        coalesce(judged.taxon_group, official.taxon_group) AS taxon_group,
        judged.* EXCLUDE (country_code, taxon_group, reason),
        CASE WHEN judged.country_code IS NULL THEN 'no_assessed_species' ELSE judged.reason END AS reason,
        official.year AS official_year,
        CAST(official.species AS BIGINT) AS official_species,
        official.basis AS official_basis
    FROM judged
    FULL JOIN official ON judged.country_code = official.country_code AND judged.taxon_group = official.taxon_group
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
    apart_species,
    CASE WHEN assessed_species > 0 THEN threatened END AS threatened_species,
    CASE WHEN assessed_species > 0 THEN threatened_with_ew END AS threatened_species_with_ew,
    official_species AS official_threatened_species,
    official_year AS official_threatened_year,
    CASE WHEN assessed_species > 0 THEN threatened - official_species END AS difference_from_official_threatened_species,
    threatened_with_ew / nullif(data_sufficient, 0) AS threatened_share,
    threatened_with_ew / nullif(extant, 0) AS threatened_share_lower,
    (threatened_with_ew + data_deficient) / nullif(extant, 0) AS threatened_share_upper,
    threatened_with_ew / nullif(extant, 0) AS threatened_share_range_low,
    (threatened_with_ew + data_deficient) / nullif(extant, 0) AS threatened_share_range_high,
    threatened / nullif(data_sufficient, 0) AS threatened_share_without_ew,
    national_assessed_share,
    described_species,
    world_assessed_species,
    world_assessed_share,
    basis,
    reason IS NULL AS reportable,
    reason,
    official_basis,
    official_species IS NOT NULL AS official_reportable,
    CASE WHEN official_species IS NULL THEN 'no_data' END AS official_reason,
    coalesce(reason, CASE WHEN official_species IS NULL THEN 'no_data' END) IS NULL AS difference_reportable,
    coalesce(reason, CASE WHEN official_species IS NULL THEN 'no_data' END) AS difference_reason
FROM beside
