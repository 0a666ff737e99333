-- Records that the cube counts, each under a hash by which it is known in other files too.
-- Reads `counted_record`: the records that the cube counts.
-- record_key = GBIF's number of the record, else a hash of its identifier; a record without one has NULL, and content_key =
-- hash of what it says but its species, as it was understood: country, day, place, observer, number.
SELECT
    CASE
        WHEN published_id IS NOT NULL
            THEN coalesce(TRY_CAST(gbif_id_text AS UBIGINT), md5_number_lower(published_id))
    END AS record_key,
    CASE
        WHEN published_id IS NULL
            THEN md5_number_lower(
                coalesce(
                    content_text
                    || concat_ws('|', country_code, year, coalesce(content_date, ''), decimal_latitude, decimal_longitude),
                    record_id
                )
            )
    END AS content_key,
    country_code,
    year,
    species_key,
    cell_code,
    coordinate_uncertainty_m,
    temporal_uncertainty_s,
    is_introduced
FROM counted_record
