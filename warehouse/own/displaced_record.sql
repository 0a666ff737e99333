-- Records of own files that do not count, because another load has them too.
-- Reads `own_record`: the records of every load, each by a hash of its identifier; and `own_unit`: the loads.
-- Of copies of one record the one counts whose load speaks of the latest day. Among loads of the same day, or where no load
-- says of which day it speaks, copies that agree on country, species and year count once: one in a cell before one without,
-- then by the name of the load. Copies that differ contradict each other, and none of them counts.
WITH copy AS (
    SELECT
        own_record.*,
        own_unit.as_of,
        hash(own_record.country_code, own_record.year, own_record.species_key) AS said
    FROM own_record
    JOIN own_unit ON own_record.source = own_unit.source AND own_record.unit = own_unit.unit
    WHERE record_key IN (SELECT record_key FROM own_record GROUP BY record_key HAVING count(*) > 1)
),

ranked AS (
    SELECT
        *,
        as_of IS NOT DISTINCT FROM max(as_of) OVER (PARTITION BY record_key) AS is_latest,
        row_number() OVER in_order AS place,
        first_value(said) OVER in_order AS said_first,
        first_value(source) OVER in_order AS first_source,
        first_value(unit) OVER in_order AS first_unit,
        nth_value(source, 2) OVER in_order AS second_source,
        nth_value(unit, 2) OVER in_order AS second_unit
    FROM copy
    WINDOW in_order AS (
        PARTITION BY record_key
        ORDER BY as_of DESC NULLS LAST, cell_code IS NULL, source, unit
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),

judged AS (
    SELECT
        *,
        bool_or(said <> said_first) FILTER (is_latest) OVER (PARTITION BY record_key) AS is_contradicted
    FROM ranked
)

SELECT
    record_key,
    source,
    unit,
    country_code,
    year,
    species_key,
    cell_code,
    is_introduced,
    CASE
        WHEN is_contradicted AND is_latest THEN 'contradiction'
        WHEN said = said_first THEN 'same'
        ELSE 'older'
    END AS reason,
    CASE WHEN place = 1 THEN second_source ELSE first_source END AS by_source,
    CASE WHEN place = 1 THEN second_unit ELSE first_unit END AS by_unit
FROM judged
WHERE place > 1 OR is_contradicted
