-- Why an official series has no usable value here; NULL when it has one. `stated` lists what publishers say instead of a
-- value, as `series=status`, with the words of value_status, `out_of_range` or `unknown_unit`.
CREATE OR REPLACE MACRO missing_reason(value, series, is_landlocked, stated) AS
    CASE
        WHEN value IS NOT NULL THEN NULL
        WHEN is_landlocked THEN 'landlocked'
        WHEN coalesce(list_contains(stated, series || '=not_relevant'), false) THEN 'not_relevant'
        WHEN coalesce(list_contains(stated, series || '=out_of_range'), false) THEN 'out_of_range'
        WHEN coalesce(list_contains(stated, series || '=unknown_unit'), false) THEN 'unknown_unit'
        WHEN coalesce(list_contains(stated, series || '=censored_below'), false) THEN 'bound_only'
        WHEN coalesce(list_contains(stated, series || '=censored_above'), false) THEN 'bound_only'
        ELSE 'no_data'
    END;
