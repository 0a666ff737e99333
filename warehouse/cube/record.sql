-- Occurrence records in the columns of the contract `Occurrence`, and the cell of the grid that each lies in.
-- Reads `term`: Darwin Core terms under one name each, whatever their columns are called in the file (cube/terms.py). A column
-- `_text` has the text of the file.
-- Options are variables, all NULL unless set: grid_kind (eqdgc, eea, h3), grid_size (level, metres, resolution), point and
-- seed. Where point is 'drawn', it is drawn inside the circle of uncertainty (unknown: 1000 m) from a hash of record and seed.
-- A record is known by GBIF's key, else by its occurrenceID within its data set (published_id).
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
-- Whether a record is present, fossil or living, and of a known category has columns of its own (is_present,
-- is_fossil_or_living, is_category): these are quick to compute, and only refused records need the terms of the contract.
WITH recognised AS (
    SELECT
        *,
        coalesce(missing_as_null(gbif_id_text), missing_as_null(occurrence_id_text)) AS known_id,
        coalesce(
            missing_as_null(gbif_id_text), missing_as_null(occurrence_id_text) || coalesce(' of ' || data_set, '')
        ) AS published_id,
        CASE
            WHEN occurrence_status_text = 'PRESENT' THEN TRUE
            WHEN is_counted_absence(occurrence_status_text, individual_count_text, basis_of_record_text) THEN FALSE
            ELSE coalesce(
                regexp_matches(
                    lower(trimmed(occurrence_status_text)),
                    '^(|na|nan|null|none|present|presente|présent|présente|presence|1|true|common|abundant|frequent|rare|uncommon|irregular|doubtful)$'
                ),
                TRUE
            )
        END AS is_present,
        coalesce(issue_flag, FALSE) OR coalesce(issue_listed, FALSE) AS has_geospatial_issue,
        coalesce(
            upper(replace(replace(replace(trimmed(basis_of_record_text), '_', ''), ' ', ''), '-', ''))
            IN ('FOSSILSPECIMEN', 'LIVINGSPECIMEN'),
            FALSE
        ) AS is_fossil_or_living,
        blank_as_null(red_list_category_text) IS NULL OR is_code(red_list_category_text, getvariable('categories')) AS is_category
    FROM term
),

interpreted AS (
    SELECT
        *,
        coalesce(known_id, 'row ' || CAST(file_row AS VARCHAR) || ' of ' || file_name) AS record_id,
        species_key_of(species_key_text) AS species_key,
        CASE
            WHEN is_present THEN 'PRESENT'
            ELSE coalesce(upper(missing_as_null(occurrence_status_text)), 'ABSENT: individualCount ' || individual_count_text)
        END AS occurrence_status,
        CASE
            WHEN is_fossil_or_living AND upper(trimmed(basis_of_record_text)) LIKE 'FOSSIL%' THEN 'FOSSIL_SPECIMEN'
            WHEN is_fossil_or_living THEN 'LIVING_SPECIMEN'
            ELSE missing_as_null(basis_of_record_text)
        END AS basis_of_record,
        code_of(country_code_text, getvariable('countries')) AS country_code,
        upper(blank_as_null(red_list_category_text)) AS red_list_category,
        coalesce(
            regexp_matches(
                replace(replace(replace(lower(blank_as_null(establishment_means_text)), ' ', ''), '_', ''), '-', ''),
                '^(introduced|invasive|managed|naturali[sz]ed|assistedcoloni[sz]ation|alien|exotic|nonnative)'
            ),
            FALSE
        ) AS is_introduced,
        decimal_latitude BETWEEN -90 AND 90 AND decimal_longitude BETWEEN -180 AND 180 AS is_on_earth
    FROM recognised
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
