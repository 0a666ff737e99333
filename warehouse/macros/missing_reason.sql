-- Why an official series has no usable value here; NULL when it has one.
CREATE OR REPLACE MACRO missing_reason(value, series, is_landlocked, not_relevant, out_of_range) AS
    CASE
        WHEN value IS NOT NULL THEN NULL
        WHEN is_landlocked THEN 'landlocked'
        WHEN coalesce(list_contains(not_relevant, series), false) THEN 'not_relevant'
        WHEN coalesce(list_contains(out_of_range, series), false) THEN 'out_of_range'
        ELSE 'no_data'
    END;
