-- Publications that use open biodiversity data, about a country and by its researchers, per year; its publishers of data;
-- its members in the NESS networks.
--   per million = publications / population * 1e6, population of the latest year known from y-3 to y
--   rate per million = publications of the five years y-4..y / people of those years * 1e6, each year's people as above; of
--   the five at least three are listed, over and have people, y among them
--   its 95 % interval: of a Poisson count n, n (1 - 1/(9n) - z/(3 sqrt(n)))^3 to (n+1) (1 - 1/(9(n+1)) + z/(3 sqrt(n+1)))^3
-- A year counts when it was over on the day of reading (the release); without that day the last year may be the running one.
-- A year without publications is a zero, for the list was asked. Data sets and publishers stand in the year of reading.
-- Network members are organisations and experts together, from the year of a list on until the next list.
-- Source: GBIF literature search with relevance GBIF_USED (GBIF_LIT_COVERAGE, GBIF_LIT_RESEARCHER), GBIF registry
-- (GBIF_DATASETS, GBIF_PUBLISHERS); World Bank SP.POP.TOTL; core.ness_network from own files. Interval: Byar's
-- approximation (Breslow and Day 1987, Statistical Methods in Cancer Research II, p. 69).
WITH stated AS (
    SELECT
        country_code,
        year,
        series_code,
        CASE WHEN value_status = 'observed' THEN value END AS number,
        if(basis_of(publisher, source) = 'own_value', 'own_value', 'registry') AS basis,
        series_code LIKE 'GBIF_LIT_%'
        AND coalesce(
            TRY_CAST(left(release, 4) AS INTEGER) <= year, year = max(year) OVER (PARTITION BY country_code, series_code)
        ) AS is_open
    FROM core.indicator_observation
    WHERE
        disaggregation = 'total'
        AND series_code IN ('GBIF_LIT_COVERAGE', 'GBIF_LIT_RESEARCHER', 'GBIF_DATASETS', 'GBIF_PUBLISHERS')
),

wide AS (
    SELECT
        country_code,
        year,
        max(number) FILTER (WHERE series_code = 'GBIF_LIT_COVERAGE') AS about,
        max(number) FILTER (WHERE series_code = 'GBIF_LIT_RESEARCHER') AS written_by,
        max(number) FILTER (WHERE series_code = 'GBIF_PUBLISHERS') AS publishers,
        max(number) FILTER (WHERE series_code = 'GBIF_DATASETS') AS sets,
        max(basis) FILTER (WHERE series_code = 'GBIF_LIT_COVERAGE' AND number IS NOT NULL) AS about_basis,
        max(basis) FILTER (WHERE series_code = 'GBIF_LIT_RESEARCHER' AND number IS NOT NULL) AS by_basis,
        max(basis) FILTER (WHERE series_code = 'GBIF_PUBLISHERS' AND number IS NOT NULL) AS publishers_basis,
        max(basis) FILTER (WHERE series_code = 'GBIF_DATASETS' AND number IS NOT NULL) AS sets_basis,
        coalesce(bool_or(is_open) FILTER (WHERE series_code = 'GBIF_LIT_COVERAGE'), false) AS is_about_open,
        coalesce(bool_or(is_open) FILTER (WHERE series_code = 'GBIF_LIT_RESEARCHER'), false) AS is_by_open
    FROM stated
    GROUP BY country_code, year
),

spine AS (
    SELECT country_code, year FROM wide
    UNION
    SELECT country_code, year FROM core.ness_network
),

member AS (
    SELECT
        spine.country_code,
        spine.year,
        arg_max(network.members, network.year) FILTER (WHERE network.network = 'ness_expert_network') AS network,
        arg_max(network.members, network.year) FILTER (WHERE network.network = 'haikou_initiative') AS haikou
    FROM spine
    JOIN (
        SELECT country_code, network, year, coalesce(organisations, 0) + coalesce(experts, 0) AS members
        FROM core.ness_network
        WHERE coalesce(organisations, experts) IS NOT NULL
    ) AS network ON spine.country_code = network.country_code AND network.year <= spine.year
    GROUP BY spine.country_code, spine.year
),

people AS (
    SELECT
        spine.country_code,
        spine.year,
        arg_max(population.value, population.year) AS population,
        arg_max(basis_of(population.publisher, population.source), population.year) AS basis
    FROM spine
    JOIN core.indicator_observation AS population
        ON
            spine.country_code = population.country_code
            AND population.year BETWEEN spine.year - 3 AND spine.year
            AND population.series_code = 'SP.POP.TOTL'
            AND population.disaggregation = 'total'
            AND population.value_status = 'observed'
            AND population.value > 0
    GROUP BY spine.country_code, spine.year
),

pooled AS (
    SELECT
        this.country_code,
        this.year,
        count(*) AS years,
        sum(earlier.written_by) AS publications,
        sum(people.population) AS person_years,
        if(bool_or(earlier.by_basis = 'own_value' OR people.basis = 'own_value'), 'own_value', 'registry') AS basis
    FROM wide AS this
    JOIN wide AS earlier
        ON
            this.country_code = earlier.country_code
            AND earlier.year BETWEEN this.year - 4 AND this.year
            AND earlier.written_by IS NOT NULL
            AND NOT earlier.is_by_open
    JOIN people ON earlier.country_code = people.country_code AND earlier.year = people.year
    WHERE this.written_by IS NOT NULL AND NOT this.is_by_open
    GROUP BY this.country_code, this.year
    HAVING bool_or(earlier.year = this.year)
),

explained AS (
    SELECT
        spine.country_code,
        spine.year,
        wide.about,
        wide.written_by,
        1e6 * wide.written_by / people.population AS per_million,
        1e6 * pooled.publications / pooled.person_years AS rate,
        1e6 * poisson_lower(pooled.publications) / pooled.person_years AS rate_lower,
        1e6 * poisson_upper(pooled.publications) / pooled.person_years AS rate_upper,
        pooled.basis AS rate_basis,
        wide.publishers,
        wide.sets,
        wide.about_basis,
        wide.by_basis,
        CASE WHEN people.basis = 'own_value' THEN 'own_value' ELSE wide.by_basis END AS per_million_basis,
        wide.publishers_basis,
        wide.sets_basis,
        member.network,
        member.haikou,
        CASE WHEN wide.about IS NULL THEN 'no_data' WHEN wide.is_about_open THEN 'year_not_over' END AS about_reason,
        CASE WHEN wide.written_by IS NULL THEN 'no_data' WHEN wide.is_by_open THEN 'year_not_over' END AS by_reason,
        CASE WHEN people.population IS NULL THEN 'no_population' END AS population_reason,
        CASE WHEN coalesce(pooled.years, 0) < 3 THEN 'too_few_years_pooled' END AS pooled_reason
    FROM spine
    LEFT JOIN wide ON spine.country_code = wide.country_code AND spine.year = wide.year
    LEFT JOIN member ON spine.country_code = member.country_code AND spine.year = member.year
    LEFT JOIN people ON spine.country_code = people.country_code AND spine.year = people.year
    LEFT JOIN pooled ON spine.country_code = pooled.country_code AND spine.year = pooled.year
)

SELECT
    country_code,
    year,
    CAST(about AS BIGINT) AS publications_about_country,
    CAST(written_by AS BIGINT) AS publications_by_researchers,
    per_million AS publications_by_researchers_per_million,
    rate AS publication_rate_per_million,
    rate_lower AS publication_rate_per_million_lower,
    rate_upper AS publication_rate_per_million_upper,
    CAST(publishers AS BIGINT) AS data_publishers,
    CAST(sets AS BIGINT) AS data_sets,
    CAST(network AS BIGINT) AS ness_network_members,
    CAST(haikou AS BIGINT) AS haikou_initiative_members,
    about_basis,
    by_basis,
    per_million_basis,
    rate_basis,
    publishers_basis,
    sets_basis,
    about_reason IS NULL AS about_reportable,
    about_reason,
    by_reason IS NULL AS by_reportable,
    by_reason,
    coalesce(by_reason, population_reason) IS NULL AS per_million_reportable,
    coalesce(by_reason, population_reason) AS per_million_reason,
    coalesce(by_reason, population_reason, pooled_reason) IS NULL AS rate_reportable,
    coalesce(by_reason, population_reason, pooled_reason) AS rate_reason,
    publishers IS NOT NULL AS publishers_reportable,
    CASE WHEN publishers IS NULL THEN 'no_data' END AS publishers_reason,
    sets IS NOT NULL AS sets_reportable,
    CASE WHEN sets IS NULL THEN 'no_data' END AS sets_reason,
    network IS NOT NULL AS network_reportable,
    CASE WHEN network IS NULL THEN 'no_data' END AS network_reason,
    haikou IS NOT NULL AS haikou_reportable,
    CASE WHEN haikou IS NULL THEN 'no_data' END AS haikou_reason,
    about_reason IS NULL OR by_reason IS NULL OR coalesce(publishers, sets, network, haikou) IS NOT NULL AS reportable,
    CASE
        WHEN about_reason IS NOT NULL AND by_reason IS NOT NULL AND coalesce(publishers, sets, network, haikou) IS NULL
            THEN about_reason
    END AS reason
FROM explained
WHERE coalesce(about, written_by, publishers, sets, network, haikou) IS NOT NULL
