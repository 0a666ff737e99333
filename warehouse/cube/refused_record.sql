-- Records that the cube does not count, each with the first column that fails, and in the columns of the contract as text,
-- so that the contract itself can say what is wrong.
SELECT
    file_path,
    file_row,
    failed_column,
    record_id,
    occurrence_status,
    has_geospatial_issue,
    basis_of_record,
    species_key,
    year_text AS year,
    coalesce(country_code, 'not ISO: ' || upper(bare(country_word))) AS country_code,
    event_date,
    event_time,
    decimal_latitude_text AS decimal_latitude,
    decimal_longitude_text AS decimal_longitude,
    coordinate_uncertainty_m_text AS coordinate_uncertainty_m,
    scientific_name,
    red_list_category,
    is_introduced,
    whole_row
FROM refused
ORDER BY file_path, file_row
