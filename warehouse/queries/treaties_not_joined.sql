-- Question: Which treaties was each country with metrics not yet a party to, when its list was made?
-- Why: joining a protocol is the one step in this file that a government can take alone and this year.
-- Reading: `not_party`, `signatory` and `deposited` are three stages; a country that deposited is bound within
--   months. Each row speaks of the day `as_of`: since then the country may have joined.
SELECT
    party.country_code,
    party.treaty,
    party.status,
    party.signed_on,
    party.as_of,
    party.source
FROM core.treaty_party AS party
JOIN metrics.country_profile AS profile USING (country_code)
WHERE party.status NOT IN ('party', 'not_open')
ORDER BY party.country_code, party.treaty
