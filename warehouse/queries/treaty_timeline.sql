-- Question: When did each biodiversity treaty enter into force for each country?
-- Why: national law follows treaties; the order and the pauses tell how a country's security half grew.
-- Reading: one row per country and treaty that binds or bound it, with the years from signature to entry into force
--   where both are known. Who left and joined again has the last entry in `entry_into_force` and the periods before it
--   in `earlier_periods`; `left_on` is the day of the last exit. A missing row means that the country is no party, or
--   that no source covers the treaty.
SELECT
    party.country_code,
    party.treaty,
    party.signed_on,
    party.entry_into_force,
    date_diff('year', party.signed_on, party.entry_into_force) AS years_to_force,
    party.left_on,
    party.earlier_periods,
    party.instrument,
    party.source
FROM core.treaty_party AS party
JOIN core.country USING (country_code)
WHERE party.entry_into_force IS NOT NULL
ORDER BY party.country_code, party.entry_into_force, party.treaty
