-- usd_per_unit(unit): how many US dollars of constant prices one unit of a value is; NULL for a unit that is none of them,
-- such as current prices or euros. `CON_USD_M` and `CON_USD` are the UN's codes.
CREATE OR REPLACE MACRO usd_per_unit(unit) AS
    CASE
        WHEN trim(upper(unit)) IN ('CON_USD_M', 'USD_M', 'USD MILLION', 'USD MILLIONS', 'MILLION USD', 'MILLIONS USD') THEN 1e6
        WHEN trim(upper(unit)) IN ('CON_USD', 'USD', 'US$') THEN 1e0
    END;
