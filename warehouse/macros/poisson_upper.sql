-- Upper end of the 95 % interval of a Poisson count, Byar's approximation.
-- Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 69.
CREATE OR REPLACE MACRO poisson_upper(n) AS
    (n + 1) * (1 - 1 / (9.0 * (n + 1)) + 1.959963984540054 / (3 * sqrt(n + 1))) ** 3
