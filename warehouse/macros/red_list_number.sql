-- red_list_number(numbers, name): one number of a row of the Red List Index by its name. The model keeps all numbers of a row in
-- one list, in this order, so that interpolating them is one expression. `weighted` is by range shares; `with_first` keeps the
-- species extinct in the group's first year; `dd_lc` and `dd_cr` take Data Deficient species as LC and as CR.
CREATE OR REPLACE MACRO red_list_number(numbers, name) AS
    numbers[list_position(
        [
            'weighted', 'weighted_with_first', 'weighted_lower', 'weighted_p05', 'weighted_middle', 'weighted_p95',
            'weighted_upper', 'weighted_dd_lc', 'weighted_dd_cr', 'weighted_variance',
            'unweighted', 'unweighted_with_first', 'unweighted_lower', 'unweighted_p05', 'unweighted_middle', 'unweighted_p95',
            'unweighted_upper', 'unweighted_dd_lc', 'unweighted_dd_cr', 'unweighted_error',
            'weighted_with_first_lower', 'weighted_with_first_upper', 'weighted_with_first_middle',
            'weighted_with_first_variance', 'unweighted_with_first_lower', 'unweighted_with_first_upper',
            'unweighted_with_first_error'
        ],
        name
    )];
