-- Whether a Red List category means that the species is gone: EX, or RE on a national list.
-- Extinct in the Wild (EW) is not: such a species still lives and can return.
CREATE OR REPLACE MACRO is_extinct(category) AS
    coalesce(category IN ('EX', 'RE'), false);
