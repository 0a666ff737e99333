-- Assessments of extinction risk, one row per species, year and scope.
-- Believed: own files, then publishers, then seeds, and of own files and of one publisher the latest vintage. One assessment can arrive with
-- several units of work; where such copies differ the more threatened category counts, so that the order in which units
-- were loaded never matters.
SELECT
    species_key,
    scientific_name,
    taxon_group,
    index_set,
    assessment_year,
    red_list_category,
    is_possibly_extinct,
    scope,
    vintage,
    change_reason,
    is_complete_list,
    source
FROM landed.assessment
QUALIFY
    row_number() OVER (
        PARTITION BY species_key, assessment_year, scope
        ORDER BY
            source_precedence(source),
            CASE WHEN source_precedence(source) > 0 THEN source END,
            vintage DESC NULLS LAST,
            red_list_order(red_list_category),
            is_possibly_extinct DESC NULLS LAST,
            change_reason,
            taxon_group,
            scientific_name,
            source
    ) = 1
