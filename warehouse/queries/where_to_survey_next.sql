-- Question: For which groups would another survey find most species that are new to the country's list?
-- Why: field seasons are dear; they should go where the list is shortest of what lives there.
-- Reading: `still_unseen` is the recorded number over its completeness, less itself: a lower bound by Chao1, from all
--   years together. `completeness` near 1 means that one more season of the same kind finds little; other methods or
--   other places may. Groups with too few records to say so are left out and stand in `missing_and_why.sql`.
SELECT
    country_code,
    taxon_group,
    recorded_occurrences AS records,
    recorded_species AS species,
    round(completeness_share, 3) AS completeness,
    round(recorded_species / completeness_share - recorded_species, 1) AS still_unseen,
    round(recent_species_share, 3) AS seen_in_ten_years,
    latest_record_year
FROM metrics.monitoring_effort
WHERE year IS NULL AND completeness_reportable AND taxon_group NOT IN ('all', 'animals', 'plants', 'fungi')
ORDER BY still_unseen DESC, country_code, taxon_group
LIMIT 40
