-- Records counted by country and key as the file writes them, year and cell; and by what keeps them out, those that do not
-- count.
-- Reads `countable`: records with what keeps them out of the cube (kept_out_by, NULL for none), unless country, key or year
-- do, which is asked once for each count.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it
-- starts says nothing).
-- Without a grid there is no cell to group by, and where all is trusted no reason why a record is left out, hence the CASE and
-- GROUP BY ALL, which leaves constants out.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
SELECT
    CASE getvariable('trust') WHEN 'everything' THEN CAST(NULL AS TINYINT) ELSE kept_out_by END AS kept_out_by,
    CASE WHEN kept_out_by IS NULL THEN country_word END AS country_word,
    CASE WHEN kept_out_by IS NULL THEN year END AS year,
    CASE WHEN kept_out_by IS NULL THEN key_word END AS key_word,
    CASE getvariable('grid_kind')
        WHEN 'eqdgc' THEN CASE WHEN kept_out_by IS NULL THEN cell_code END
        WHEN 'eea' THEN CASE WHEN kept_out_by IS NULL THEN cell_code END
        WHEN 'h3' THEN CASE WHEN kept_out_by IS NULL THEN cell_code END
    END AS cell_code,
    count(*) AS occurrences,
    min(coalesce(coordinate_uncertainty_m, 1000)) AS min_coordinate_uncertainty_m,
    min(CASE WHEN temporal_uncertainty_s >= 0 THEN temporal_uncertainty_s END) AS min_temporal_uncertainty_s,
    CASE getvariable('target_rank')
        WHEN 'phylum' THEN min(phylum)
        WHEN 'class' THEN min(class_name)
        WHEN 'order' THEN min(order_name)
        WHEN 'family' THEN min(family)
    END AS target_group
FROM countable
GROUP BY ALL
