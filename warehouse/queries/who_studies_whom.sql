-- Question: Is a country's biodiversity studied by its own researchers, or by others?
-- Why: a country whose nature is known mostly abroad depends on others for the knowledge that its law needs.
-- Reading: publications that use open data, over all years of the file. `own_per_about` below 1 means that more is
--   published about the country than by its researchers; a publication may count on both sides, and
--   English-language journals are found more easily.
SELECT
    country_code,
    min(year) AS first_year,
    max(year) AS last_year,
    CAST(sum(publications_about_country) FILTER (about_reportable) AS BIGINT) AS about_country,
    CAST(sum(publications_by_researchers) FILTER (by_reportable) AS BIGINT) AS by_its_researchers,
    round(
        sum(publications_by_researchers) FILTER (by_reportable)
        / nullif(sum(publications_about_country) FILTER (about_reportable), 0),
        2
    ) AS own_per_about
FROM metrics.research_awareness
GROUP BY country_code
HAVING about_country IS NOT NULL
ORDER BY own_per_about NULLS LAST, country_code
