-- Occurrence records in the columns of the contract `Occurrence`, and the cell of the grid that each lies in.
-- Reads `term`: Darwin Core terms under one name each, whatever the file calls and types them (cube/terms.py).
-- Options are variables, all NULL unless set: grid_kind (eqdgc, eea, h3), grid_size (level, metres, resolution), point and
-- seed. Where point is 'drawn', it is drawn inside the circle of uncertainty (unknown: 1000 m) from a hash of record and seed.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
-- Whether a word is one of those that count (is_present, is_fossil_or_living, is_category) is asked apart from
-- what it is in the words of the contract: asking is cheap, and only refused records need the words.
WITH read AS (
    SELECT
        *,
        coalesce(stated(gbif_word), stated(publisher_word)) AS stated_id,
        CASE
            WHEN status_word = 'PRESENT' THEN TRUE
            ELSE coalesce(
                regexp_matches(
                    lower(trimmed(status_word)),
                    '^(|na|nan|null|none|present|presente|présent|présente|presence|1|true|common|abundant|frequent|rare|uncommon|irregular|doubtful)$'
                ),
                TRUE
            )
        END AS is_present,
        coalesce(issue_flag, FALSE) OR coalesce(issue_listed, FALSE) AS has_geospatial_issue,
        coalesce(
            upper(replace(replace(replace(trimmed(basis_word), '_', ''), ' ', ''), '-', ''))
            IN ('FOSSILSPECIMEN', 'LIVINGSPECIMEN'),
            FALSE
        ) AS is_fossil_or_living,
        bare(category_word) IS NULL OR is_code(category_word, getvariable('categories')) AS is_category
    FROM term
),

interpreted AS (
    SELECT
        *,
        coalesce(stated_id, 'row ' || CAST(file_row AS VARCHAR) || ' of ' || file_name) AS record_id,
        key_of(key_word) AS species_key,
        CASE WHEN is_present THEN 'PRESENT' ELSE upper(trimmed(status_word)) END AS occurrence_status,
        CASE
            WHEN is_fossil_or_living AND upper(trimmed(basis_word)) LIKE 'FOSSIL%' THEN 'FOSSIL_SPECIMEN'
            WHEN is_fossil_or_living THEN 'LIVING_SPECIMEN'
            ELSE stated(basis_word)
        END AS basis_of_record,
        code_of(country_word, getvariable('countries')) AS country_code,
        upper(bare(category_word)) AS red_list_category,
        coalesce(
            regexp_matches(
                replace(replace(replace(lower(bare(means_word)), ' ', ''), '_', ''), '-', ''),
                '^(introduced|invasive|managed|naturali[sz]ed|assistedcoloni[sz]ation|alien|exotic|nonnative)'
            ),
            FALSE
        ) AS is_introduced,
        decimal_latitude BETWEEN -90 AND 90 AND decimal_longitude BETWEEN -180 AND 180 AS is_on_earth
    FROM read
),

located AS (
    SELECT
        *,
        CASE
            WHEN is_on_earth
                THEN CASE getvariable('point')
                    WHEN 'drawn'
                        THEN drawn_latitude(
                            decimal_latitude, decimal_longitude, coalesce(coordinate_uncertainty_m, 1000),
                            record_id || ':' || getvariable('seed')
                        )
                    ELSE decimal_latitude
                END
        END AS point_latitude,
        CASE
            WHEN is_on_earth
                THEN CASE getvariable('point')
                    WHEN 'drawn'
                        THEN drawn_longitude(
                            decimal_latitude, decimal_longitude, coalesce(coordinate_uncertainty_m, 1000),
                            record_id || ':' || getvariable('seed')
                        )
                    ELSE decimal_longitude
                END
        END AS point_longitude
    FROM interpreted
)

SELECT
    *,
    CASE getvariable('grid_kind')
        WHEN 'eqdgc' THEN eqdgc_code(point_latitude, point_longitude, getvariable('grid_size'))
        WHEN 'eea' THEN eea_code(point_latitude, point_longitude, getvariable('grid_size'))
        WHEN 'h3' THEN h3_code(point_latitude, point_longitude, getvariable('grid_size'))
    END AS cell_code
FROM located
