-- Whether a threat acts now or is expected to, by its timing; one of unknown timing may, and counts.
-- Source: IUCN threat timing; Mair et al. 2021 for leaving out the past.
CREATE OR REPLACE MACRO is_current_threat(timing) AS
    coalesce(timing NOT IN ('past_likely_to_return', 'past_unlikely_to_return'), true);
