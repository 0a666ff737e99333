-- How the range shares of several species were obtained: the one method of all, or `mixed`.
CREATE OR REPLACE MACRO common_method(share_method) AS
    CASE WHEN min(share_method) = max(share_method) THEN min(share_method) WHEN count(share_method) > 0 THEN 'mixed' END;
