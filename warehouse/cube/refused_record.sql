-- Records that the cube does not count: where each is, the first column that fails, the value there as text, and the whole row
-- as JSON.
-- Reads `uncounted_record`: checked records (checked_record.sql) that fail, with whole_row.
SELECT
    file_path,
    file_row,
    failed_column,
    CASE failed_column
        WHEN 'record_id' THEN record_id
        WHEN 'occurrence_status' THEN occurrence_status
        WHEN 'has_geospatial_issue' THEN 'true'
        WHEN 'basis_of_record' THEN basis_of_record
        WHEN 'species_key' THEN coalesce(species_key, 'no species: ' || name_text)
        WHEN 'year' THEN coalesce(year_text, CAST(year AS VARCHAR))
        WHEN 'country_code' THEN 'not ISO: ' || blank_as_null(country_code_text)
        WHEN 'event_date' THEN event_date
        WHEN 'decimal_latitude' THEN coalesce(decimal_latitude_text, CAST(decimal_latitude AS VARCHAR))
        WHEN 'decimal_longitude' THEN coalesce(decimal_longitude_text, CAST(decimal_longitude AS VARCHAR))
        WHEN 'coordinate_uncertainty_m' THEN coalesce(coordinate_uncertainty_m_text, CAST(coordinate_uncertainty_m AS VARCHAR))
        WHEN 'red_list_category' THEN red_list_category
    END AS failed_value,
    whole_row
FROM uncounted_record
