-- Whether two estimates of effective numbers can both be right: common species are never fewer than dominant ones.
-- Source: Hill 1973, Ecology 54: 427-432.
CREATE OR REPLACE MACRO is_in_order(hill_1, hill_2) AS coalesce(hill_1 >= hill_2 * (1 - 1e-12), true);
