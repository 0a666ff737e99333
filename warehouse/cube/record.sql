-- Occurrence records in the columns of the contract `Occurrence`, and the cell of the grid that each lies in.
-- Reads `term`: Darwin Core terms under one name each, whatever the file calls and types them (cube/terms.py).
-- Options are variables, all NULL unless set: grid_kind (eqdgc, eea, h3), grid_size (level, metres, resolution), point and
-- seed. Where point is 'drawn', it is drawn inside the circle of uncertainty (unknown: 1000 m) from a hash of record and seed.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
WITH interpreted AS (
    SELECT
        *,
        coalesce(stated_id, 'row ' || CAST(file_row AS VARCHAR) || ' of ' || file_name) AS record_id,
        CASE
            WHEN status_word IS NULL OR status_word = 'PRESENT' THEN 'PRESENT'
            WHEN regexp_matches(
                lower(status_word),
                '^(present|presente|présent|présente|presence|1|true|common|abundant|frequent|rare|uncommon|irregular|doubtful)$'
            )
                THEN 'PRESENT'
            ELSE upper(status_word)
        END AS occurrence_status,
        coalesce(issue_flag, FALSE) OR coalesce(issue_listed, FALSE) AS has_geospatial_issue,
        CASE
            WHEN basis_word = 'HUMAN_OBSERVATION' OR basis_word = 'PRESERVED_SPECIMEN' OR basis_word = 'MACHINE_OBSERVATION'
                THEN basis_word
            WHEN regexp_matches(basis_word, '[a-z -]')
                THEN replace(
                    replace(upper(regexp_replace(basis_word, '([a-z])([A-Z])', '\1_\2', 'g')), ' ', '_'), '-', '_'
                )
            ELSE basis_word
        END AS basis_of_record,
        CASE
            WHEN length(bare(country_word)) = 2 AND contains(getvariable('countries'), upper(bare(country_word)))
                THEN upper(bare(country_word))
        END AS country_code,
        upper(bare(category_word)) AS red_list_category,
        coalesce(
            regexp_matches(
                replace(replace(replace(lower(bare(means_word)), ' ', ''), '_', ''), '-', ''),
                '^(introduced|invasive|managed|naturali[sz]ed|assistedcoloni[sz]ation|alien|exotic|nonnative)'
            ),
            FALSE
        ) AS is_introduced
    FROM term
),

located AS (
    SELECT
        *,
        CASE getvariable('point')
            WHEN 'drawn'
                THEN drawn_latitude(
                    decimal_latitude, decimal_longitude, coalesce(coordinate_uncertainty_m, 1000),
                    record_id || ':' || getvariable('seed')
                )
            ELSE decimal_latitude
        END AS point_latitude,
        CASE getvariable('point')
            WHEN 'drawn'
                THEN drawn_longitude(
                    decimal_latitude, decimal_longitude, coalesce(coordinate_uncertainty_m, 1000),
                    record_id || ':' || getvariable('seed')
                )
            ELSE decimal_longitude
        END AS point_longitude
    FROM interpreted
)

SELECT
    *,
    CASE
        WHEN decimal_latitude BETWEEN -90 AND 90 AND decimal_longitude BETWEEN -180 AND 180
            THEN CASE getvariable('grid_kind')
                WHEN 'eqdgc' THEN eqdgc_code(point_latitude, point_longitude, getvariable('grid_size'))
                WHEN 'eea' THEN eea_code(point_latitude, point_longitude, getvariable('grid_size'))
                WHEN 'h3' THEN h3_code(point_latitude, point_longitude, getvariable('grid_size'))
            END
    END AS cell_code
FROM located
