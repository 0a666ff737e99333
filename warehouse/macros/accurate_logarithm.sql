-- ln_one_plus(x) = ln(1 + x), exact to the last digits for the smallest x, where 1 + x would round them away.
-- By the identity ln(1 + x) = 2 atanh(x / (2 + x)).
CREATE OR REPLACE MACRO ln_one_plus(x) AS
    2 * atanh(x / (2 + x));

-- one_minus_exp(x) = 1 - e^x for x <= 0, exact to the last digits for x near 0, where 1 - e^x would round them away.
-- By the identity 1 - e^x = 2 / (1 - 1 / tanh(x / 2)), in which a long x stands once.
CREATE OR REPLACE MACRO one_minus_exp(x) AS
    2 / (1 - 1 / tanh(x / 2));
