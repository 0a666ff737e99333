-- Mean protected share of a country's key biodiversity areas by realm and year, counted from sites.
--   cov_k(y) = sum of the site's parts protected up to y, scaled back to 1 where the parts of a site add up to more
--   coverage = 100 * mean over sites of cov_k(y)      complete = cov_k >= 0.98
-- A part of unknown year gets one of the years known in the same country and realm, in 1,000 draws from a hash of its own
-- site; the median and the bounds at 2.5 and 97.5 % are kept, and it makes a site complete from the median known year on.
-- Years: from the first known one to the year up to which the data reach; only that last one where no year is known.
-- Source: UN SDG metadata 15.1.2; rules for overlap and unknown years after BirdLife International (kba-overlap).
WITH part AS (
    SELECT
        country_code,
        realm,
        site_id,
        year,
        new_area_share / greatest(1.0, sum(new_area_share) OVER (PARTITION BY country_code, realm, site_id)) AS share
    FROM core.kba_site_coverage
),

extent AS (
    SELECT
        country_code,
        realm,
        count(DISTINCT site_id) AS sites,
        coalesce(min(year) FILTER (WHERE new_area_share > 0), max(assessed_year)) AS first_year,
        max(assessed_year) AS last_year,
        count(*) FILTER (WHERE year IS NOT NULL AND new_area_share > 0) AS known_years,
        quantile_disc(year, 0.5) FILTER (WHERE year IS NOT NULL AND new_area_share > 0) AS median_year,
        count(*) FILTER (WHERE year IS NULL AND new_area_share > 0) AS undated_parts
    FROM core.kba_site_coverage
    GROUP BY country_code, realm
),

spine AS (
    SELECT country_code, realm, sites, undated_parts, unnest(range(least(first_year, last_year), last_year + 1)) AS year
    FROM extent
),

dated AS (
    SELECT part.country_code, part.realm, part.site_id, coalesce(part.year, extent.median_year, extent.last_year) AS year, part.share
    FROM part
    JOIN extent ON part.country_code = extent.country_code AND part.realm = extent.realm
),

site AS (
    SELECT spine.country_code, spine.realm, spine.year, dated.site_id, sum(dated.share) AS covered
    FROM spine
    JOIN dated ON spine.country_code = dated.country_code AND spine.realm = dated.realm AND dated.year <= spine.year
    GROUP BY spine.country_code, spine.realm, spine.year, dated.site_id
),

complete AS (
    SELECT country_code, realm, year, count(*) FILTER (WHERE covered >= 0.98 - 1e-12) AS complete_sites
    FROM site
    GROUP BY country_code, realm, year
),

known AS (
    SELECT spine.country_code, spine.realm, spine.year, coalesce(sum(part.share), 0) AS covered
    FROM spine
    LEFT JOIN part ON spine.country_code = part.country_code AND spine.realm = part.realm AND part.year <= spine.year
    GROUP BY spine.country_code, spine.realm, spine.year
),

lot AS (
    SELECT
        country_code,
        realm,
        year,
        row_number() OVER (PARTITION BY country_code, realm ORDER BY year) - 1 AS place
    FROM core.kba_site_coverage
    WHERE year IS NOT NULL AND new_area_share > 0
),

pick AS (
    SELECT
        part.country_code,
        part.realm,
        part.share,
        draw.number,
        extent.last_year,
        CAST(md5_number_lower(concat_ws('|', part.realm, part.site_id, draw.number)) % nullif(extent.known_years, 0) AS BIGINT) AS place
    FROM part
    JOIN extent ON part.country_code = extent.country_code AND part.realm = extent.realm
    CROSS JOIN range(1000) AS draw (number)
    WHERE part.year IS NULL AND part.share > 0
),

drawn AS (
    SELECT
        pick.country_code,
        pick.realm,
        pick.number,
        pick.share,
        least(pick.last_year, coalesce(lot.year, pick.last_year)) AS year
    FROM pick
    LEFT JOIN lot ON pick.country_code = lot.country_code AND pick.realm = lot.realm AND pick.place = lot.place
),

arrived AS (
    SELECT country_code, realm, number, year, sum(share) AS covered
    FROM drawn
    GROUP BY country_code, realm, number, year
),

added AS (
    SELECT
        spine.country_code,
        spine.realm,
        spine.year,
        coalesce(
            sum(arrived.covered) OVER (PARTITION BY spine.country_code, spine.realm, draw.number ORDER BY spine.year), 0
        ) AS covered
    FROM spine
    CROSS JOIN range(1000) AS draw (number)
    LEFT JOIN arrived
        ON
            spine.country_code = arrived.country_code
            AND spine.realm = arrived.realm
            AND draw.number = arrived.number
            AND spine.year = arrived.year
    WHERE spine.undated_parts > 0
),

spread AS (
    SELECT
        country_code,
        realm,
        year,
        median(covered) AS middle,
        quantile_cont(covered, 0.025) AS lower,
        quantile_cont(covered, 0.975) AS upper
    FROM added
    GROUP BY country_code, realm, year
)

SELECT
    spine.country_code,
    spine.realm,
    spine.year,
    spine.sites,
    coalesce(complete.complete_sites, 0) AS complete_sites,
    spine.undated_parts,
    least(100.0, 100 * (known.covered + coalesce(spread.middle, 0)) / spine.sites) AS coverage_pct,
    CASE WHEN spread.lower IS NOT NULL THEN least(100.0, 100 * (known.covered + spread.lower) / spine.sites) END AS coverage_pct_lower,
    CASE WHEN spread.upper IS NOT NULL THEN least(100.0, 100 * (known.covered + spread.upper) / spine.sites) END AS coverage_pct_upper
FROM spine
JOIN known ON spine.country_code = known.country_code AND spine.realm = known.realm AND spine.year = known.year
LEFT JOIN complete
    ON spine.country_code = complete.country_code AND spine.realm = complete.realm AND spine.year = complete.year
LEFT JOIN spread ON spine.country_code = spread.country_code AND spine.realm = spread.realm AND spine.year = spread.year
