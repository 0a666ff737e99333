-- The sample coverage to which richness is standardised in every country, group and year. Fixed, so that no country's
-- number depends on another's.
CREATE OR REPLACE MACRO common_coverage() AS 0.95e0;
