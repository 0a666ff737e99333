-- The rows of the occurrence cubes of own files, and which of them count (reason NULL).
-- Reads `own_cube`: the rows of every load; `displaced_record`; `own_record`; and `own_unit`: the loads.
-- 1. Counts of records are less the displaced ones; the uncertainties are those of the records that remain.
-- 2. Two cubes made elsewhere that count the same species, country, year and cell describe the same records: the one that
--    speaks of the latest day counts; of the same day equal counts count once, and of different ones none.
-- 3. Records, cubes on one grid, and counts of one source are bodies of records that nobody can compare one by one. For each
--    species, country and year the body with most records counts; on a tie records before cubes before counts, then the body
--    with most cells, then by name. Different years of one species may come from different bodies.
WITH lost AS (
    SELECT source, unit, country_code, year, species_key, cell_code, count(*) AS records
    FROM displaced_record
    GROUP BY ALL
),

lessened AS (
    SELECT own_cube.*, coalesce(lost.records, 0) AS lost_records
    FROM own_cube
    LEFT JOIN lost
        ON
            own_cube.source = lost.source
            AND own_cube.unit_key = lost.unit
            AND own_cube.country_code = lost.country_code
            AND own_cube.year = lost.year
            AND own_cube.species_key = lost.species_key
            AND own_cube.cell_code IS NOT DISTINCT FROM lost.cell_code
    WHERE own_cube.occurrences > coalesce(lost.records, 0)
),

remaining_record AS (
    SELECT
        source,
        unit AS unit_key,
        country_code,
        year,
        species_key,
        cell_code,
        min(coalesce(coordinate_uncertainty_m, 1000)) AS coordinate_uncertainty_m,
        min(temporal_uncertainty_s) FILTER (temporal_uncertainty_s >= 0) AS temporal_uncertainty_s
    FROM own_record
    SEMI JOIN lost
        ON own_record.source = lost.source AND own_record.unit = lost.unit AND own_record.country_code = lost.country_code
        AND own_record.species_key = lost.species_key
    ANTI JOIN displaced_record
        ON own_record.record_key = displaced_record.record_key
        AND own_record.source = displaced_record.source
        AND own_record.unit = displaced_record.unit
    GROUP BY ALL
),

counted AS (
    SELECT
        lessened.* EXCLUDE (lost_records) REPLACE (
            lessened.occurrences - lessened.lost_records AS occurrences,
            CASE WHEN lost_records > 0 THEN remaining_record.coordinate_uncertainty_m ELSE min_coordinate_uncertainty_m END
                AS min_coordinate_uncertainty_m,
            CASE WHEN lost_records > 0 THEN remaining_record.temporal_uncertainty_s ELSE min_temporal_uncertainty_s END
                AS min_temporal_uncertainty_s
        ),
        own_unit.kind,
        own_unit.as_of
    FROM lessened
    JOIN own_unit ON lessened.source = own_unit.source AND lessened.unit_key = own_unit.unit
    LEFT JOIN remaining_record
        ON
            lessened.source = remaining_record.source
            AND lessened.unit_key = remaining_record.unit_key
            AND lessened.country_code = remaining_record.country_code
            AND lessened.year = remaining_record.year
            AND lessened.species_key = remaining_record.species_key
            AND lessened.cell_code IS NOT DISTINCT FROM remaining_record.cell_code
),

ranked AS (
    SELECT
        *,
        as_of IS NOT DISTINCT FROM max(as_of) OVER same_cell AS is_latest,
        row_number() OVER in_order AS place,
        first_value(occurrences) OVER in_order AS occurrences_first,
        first_value(source) OVER in_order AS first_source,
        first_value(unit_key) OVER in_order AS first_unit,
        nth_value(source, 2) OVER in_order AS second_source,
        nth_value(unit_key, 2) OVER in_order AS second_unit
    FROM counted
    WHERE kind = 'cube'
    WINDOW
        same_cell AS (PARTITION BY country_code, year, species_key, grid, cell_code),
        in_order AS (
            PARTITION BY country_code, year, species_key, grid, cell_code
            ORDER BY as_of DESC NULLS LAST, source, unit_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
),

compared AS (
    SELECT
        *,
        bool_or(occurrences <> occurrences_first) FILTER (is_latest) OVER (
            PARTITION BY country_code, year, species_key, grid, cell_code
        ) AS is_contradicted
    FROM ranked
),

told AS (
    SELECT
        * EXCLUDE (
            is_latest, place, occurrences_first, first_source, first_unit, second_source, second_unit, is_contradicted
        ),
        CASE
            WHEN is_contradicted AND is_latest THEN 'contradiction'
            WHEN place > 1 AND occurrences = occurrences_first THEN 'same'
            WHEN place > 1 THEN 'older'
        END AS reason,
        CASE WHEN place = 1 THEN second_source ELSE first_source END AS by_source,
        CASE WHEN place = 1 THEN second_unit ELSE first_unit END AS by_unit
    FROM compared
    UNION ALL BY NAME
    SELECT *, NULL AS reason, NULL AS by_source, NULL AS by_unit
    FROM counted
    WHERE kind <> 'cube'
),

bodied AS (
    SELECT
        *,
        CASE kind
            WHEN 'records' THEN 'records'
            WHEN 'cube' THEN concat('cube ', grid)
            ELSE concat('counted ', source, ' ', grid)
        END AS body
    FROM told
),

body AS (
    SELECT
        country_code,
        species_key,
        year,
        body,
        min(source) AS body_source,
        arg_min(unit_key, source) AS body_unit
    FROM bodied
    WHERE reason IS NULL
    GROUP BY country_code, species_key, year, body
    QUALIFY
        row_number() OVER (
            PARTITION BY country_code, species_key, year
            ORDER BY
                sum(occurrences) DESC,
                list_position(['records', 'cube', 'counted'], min(kind)),
                count(*) DESC,
                body
        ) = 1
)

SELECT
    bodied.* EXCLUDE (kind, as_of, body, reason, by_source, by_unit),
    coalesce(bodied.reason, CASE WHEN bodied.body <> body.body THEN 'fewer_records' END) AS reason,
    CASE WHEN bodied.reason IS NULL AND bodied.body <> body.body THEN body.body_source ELSE bodied.by_source END AS by_source,
    CASE WHEN bodied.reason IS NULL AND bodied.body <> body.body THEN body.body_unit ELSE bodied.by_unit END AS by_unit
FROM bodied
LEFT JOIN body
    ON
        bodied.country_code = body.country_code
        AND bodied.species_key = body.species_key
        AND bodied.year = body.year
