-- Whether a Red List category means a high risk of extinction in the wild: CR, EN or VU.
-- Source: IUCN Red List Categories and Criteria 3.1 (2001). Shares of threatened species add EW, see threatened_share.
CREATE OR REPLACE MACRO is_threatened(category) AS
    coalesce(category IN ('CR', 'EN', 'VU'), false);
