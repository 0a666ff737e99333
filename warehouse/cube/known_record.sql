-- Records by which a file is compared with others, each with one key (record_key).
-- Reads `record_with_key` (record_key.sql). Of records without an identifier that say the same, the first has the key of what
-- they say, the second another, and so on: all of them count in their file, and a table that was continued shares those of
-- its earlier form. Their species is no part of the key (is_by_content), because another file may name it instead of its key.
SELECT
    CASE
        WHEN record_key IS NOT NULL THEN record_key
        ELSE md5_number_lower(concat_ws('|', 'like', content_key, row_number() OVER (PARTITION BY content_key, species_key)))
    END AS record_key,
    record_key IS NULL AS is_by_content,
    country_code,
    year,
    species_key,
    cell_code,
    coordinate_uncertainty_m,
    temporal_uncertainty_s,
    is_introduced
FROM record_with_key
