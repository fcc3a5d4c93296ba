"""The patterns of fraud: one function for each rule, which takes its settings and returns its evaluator."""
