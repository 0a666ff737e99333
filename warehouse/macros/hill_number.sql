-- Diversity and evenness from frequencies, a list of {x, species}: how many species have x of n records.
--   shannon_entropy(frequencies, n)            H = - sum p ln p with p = x / n; the Hill number of order 1 is e^H
--   simpson_concentration(frequencies, n)      sum p^2; the Hill number of order 2 is its inverse
--   asymptotic_entropy(frequencies, f1, f2, n) H for an endless sample: sum p (1/x + ... + 1/(n-1)) + unseen_entropy
--   asymptotic_concentration(frequencies, n)   the same of sum p^2: sum x (x-1) / (n (n-1)); 0 if each species has one record
--   expected_species(frequencies, m, n)        ES(m) of Hurlbert: species expected among m records; NULL for n < m
--   williams_evenness(frequencies, s, n)       1 - sqrt((S sum p^2 - 1) / (S-1)), written as a sum of squares; NULL for S = 1
-- Source: Hill 1973, Ecology 54: 427-432; Chao & Jost 2015, Methods in Ecology and Evolution 6: 873-882; Kvalseth 2015,
-- Ecology 96 (for the evenness after Williams).
CREATE OR REPLACE MACRO shannon_entropy(frequencies, n) AS
    list_sum(list_transform(frequencies, lambda f: -f.species * (f.x / n) * ln(f.x / n)));

CREATE OR REPLACE MACRO simpson_concentration(frequencies, n) AS
    list_sum(list_transform(frequencies, lambda f: f.species * (f.x / n) * (f.x / n)));

CREATE OR REPLACE MACRO asymptotic_entropy(frequencies, f1, f2, n) AS
    list_sum(list_transform(frequencies, lambda f: f.species * (f.x / n) * (digamma(n) - digamma(f.x))))
    + unseen_entropy(f1, f2, n);

CREATE OR REPLACE MACRO asymptotic_concentration(frequencies, n) AS
    list_sum(list_transform(frequencies, lambda f: f.species * (f.x / n) * ((f.x - 1) / (n - 1))));

CREATE OR REPLACE MACRO expected_species(frequencies, m, n) AS
    list_sum(list_transform(frequencies, lambda f: f.species * drawn_share(f.x, m, n)));

CREATE OR REPLACE MACRO williams_evenness(frequencies, s, n) AS
    CASE WHEN s > 1 THEN
        1 - sqrt(at_most_one(
            list_sum(list_transform(frequencies, lambda f: f.species * power(f.x / n - 1 / s, 2))) * s / (s - 1)
        ))
    END;
