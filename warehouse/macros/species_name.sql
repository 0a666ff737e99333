-- The species that a scientific name names.
-- species_name_of(value): genus and epithet, as `Panthera leo`, without author, year, subgenus, hybrid sign and what stands below
-- the species; NULL where the text names no species: a genus, `Panthera sp.`, `cf.`, a formula of two parents, a code, a virus.
-- Names in capitals, in small letters and with underscores are read. A part of what was meant for people is not told from a name:
-- of `African lion` nobody knows here that it is none.
-- is_below_species(value): boolean, whether it names a subspecies, variety, form or subpopulation of that species.
-- species_text(value): the text with single blanks, and in small letters where its first two words are all capitals
-- (starts_in_capitals(value)).
-- species_pattern(): genus (1), epithet (2) and the rest (3) of such a text. Classes of letters are those of Latin script, written
-- as numbers, because the engines that run this have different names for them; \x{D7} is the sign of a hybrid.
-- no_species_pattern(): words in the place of genus or epithet that stand for an unknown one, or begin an author, and viruses.
-- Source of the forms: International Code of Nomenclature for algae, fungi, and plants; International Code of Zoological
-- Nomenclature; Darwin Core, scientificName.
CREATE OR REPLACE MACRO starts_in_capitals(value) AS
    regexp_matches(
        value, '^[^A-Za-z]*[A-Z\x{C0}-\x{D6}\x{D8}-\x{DE}-]{2,}[\s_]+[A-Z\x{C0}-\x{D6}\x{D8}-\x{DE}-]{2,}([^A-Za-z\x{C0}-\x{24F}.]|$)'
    );

CREATE OR REPLACE MACRO species_text(value) AS
    CASE
        WHEN value = upper(value) OR starts_in_capitals(value) THEN lower(trim(regexp_replace(value, '[\s_\x{A0}\x{2000}-\x{200B}\x{202F}\x{3000}\x{FEFF}]+', ' ', 'g')))
        ELSE trim(regexp_replace(value, '[\s_\x{A0}\x{2000}-\x{200B}\x{202F}\x{3000}\x{FEFF}]+', ' ', 'g'))
    END;

CREATE OR REPLACE MACRO species_pattern() AS
    '^["''\x{2020}]*(?:[xX] |\x{D7} ?)?([A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}][A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}-]+)(?: \([^() ]+\))?(?: [xX])? \x{D7}? ?([a-z\x{DF}-\x{F6}\x{F8}-\x{24F}][a-z\x{DF}-\x{F6}\x{F8}-\x{24F}-]*[a-z\x{DF}-\x{F6}\x{F8}-\x{24F}])((?:[ ,;:"''(\[].*)?)$';

CREATE OR REPLACE MACRO no_species_pattern() AS
    '(?i)^(un(known|identified|determined|described|specified|classified|certain|cultured|named)|indet|indeterminate|incertae|environmental|no|not|none|other|species|hybrid|genus|family|candidatus) |^[^ ]+ (\([^ ]+\) )?(spp?|spec|species|ssp|subsp|var|forma?|cfr?|aff|nr|near|indet|undet|undetermined|unidentified|unknown|gen|sect|section|ser|series|subgen|subgenus|hybrid|complex|group|agg|et|ex|and|or|non|nec|not|auct|sensu|de|del|della|der|den|des|di|du|da|dos|van|von|zu|zur)( |$)|(virus|viruses|viroid|phage)( |$)';

CREATE OR REPLACE MACRO species_part(text, part) AS regexp_replace(text, species_pattern(), part);

CREATE OR REPLACE MACRO is_species_text(text) AS
    regexp_matches(text, species_pattern())
    AND NOT regexp_matches(text, no_species_pattern())
    AND NOT regexp_matches(species_part(text, '\3'), '^ \?|\x{D7}|(^| )[xX] |\([A-Z][a-z-]+ [a-z-]{3,}\)');

CREATE OR REPLACE MACRO capitalised(name) AS upper(substr(name, 1, 1)) || lower(substr(name, 2));

CREATE OR REPLACE MACRO species_name_of(value) AS
    CASE WHEN is_species_text(species_text(value)) THEN capitalised(species_part(species_text(value), '\1 \2')) END;

CREATE OR REPLACE MACRO is_part_of_species(rest) AS
    regexp_matches(rest, '^ [a-z\x{DF}-\x{F6}\x{F8}-\x{24F}-]{3,}([ (]|$)')
    AND NOT regexp_matches(rest, '^ (agg|auct|sensu|group|complex|non|nec|not|and|hort|ined|emend|del|della|der|den|des|dos|van|von|zur)( |$)')
    OR regexp_matches(
        rest,
        ' (subsp|ssp|subspecies|var|subvar|variety|f|fo|forma?|nothosubsp|nothovar|convar|morph|race)[.]? [a-z\x{DF}-\x{F6}\x{F8}-\x{24F}-]{3,}|subpopulation'
    );

CREATE OR REPLACE MACRO is_below_species(value) AS
    coalesce(
        is_species_text(species_text(value)) AND is_part_of_species(species_part(species_text(value), '\3')), FALSE
    );
