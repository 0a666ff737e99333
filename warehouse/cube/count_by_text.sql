-- Records counted by country and species key as the files have them (text), year and cell; and those that do not count, by
-- the rule that they fail.
-- Reads `classified_record`: records with failed_rule, the number of the first filter or check that a record fails, NULL for
-- none. Only whether country, species key and year have a value is not yet known: it is checked once for each count.
-- occurrences = number of records; min_coordinate_uncertainty_m = min(coalesce(uncertainty, 1000));
-- min_temporal_uncertainty_s = the shortest time in which a record's event is known to lie (an interval that ends before it
-- starts is left out).
-- The CASE over variables: without a grid there is no cell to group by, and without checks no failed rule. GROUP BY ALL leaves
-- such constants out.
-- Source: B-Cubed occurrence-cube specification (Desmet et al. 2023).
SELECT
    CASE getvariable('trust') WHEN 'everything' THEN CAST(NULL AS TINYINT) ELSE failed_rule END AS failed_rule,
    CASE WHEN failed_rule IS NULL THEN country_code_text END AS country_code_text,
    CASE WHEN failed_rule IS NULL THEN year END AS year,
    CASE WHEN failed_rule IS NULL THEN species_key_text END AS species_key_text,
    CASE getvariable('grid_kind')
        WHEN 'eqdgc' THEN CASE WHEN failed_rule IS NULL THEN cell_code END
        WHEN 'eea' THEN CASE WHEN failed_rule IS NULL THEN cell_code END
        WHEN 'h3' THEN CASE WHEN failed_rule IS NULL THEN cell_code END
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
FROM classified_record
GROUP BY ALL
