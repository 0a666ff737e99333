-- Records that a cube counts, for who trusts all of them to meet the contract otherwise.
-- Present, without geospatial issue, neither fossil nor living specimen, species, year and country known; with a cap, no
-- less certain than max_uncertainty_m (unknown: 1000 m); with a grid, lying in one of its cells.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
SELECT *
FROM record
WHERE is_present
    AND NOT has_geospatial_issue
    AND NOT is_fossil_or_living
    AND key_word IS NOT NULL
    AND year IS NOT NULL
    AND is_country
    AND (
        getvariable('max_uncertainty_m') IS NULL
        OR coalesce(coordinate_uncertainty_m, 1000) <= getvariable('max_uncertainty_m')
    )
    AND (getvariable('grid_kind') IS NULL OR cell_code IS NOT NULL)
