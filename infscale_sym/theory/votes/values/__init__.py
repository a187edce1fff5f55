"""Other ways to spend k answers: means, medians, majorities and search in stages, in float64 and to any number of digits.

The quantities of the formulas `vote.*` and `search.beam`: `numeric`, `majority` and `beam` in float64, `exact` and parts of
`majority`, `race` and `beam` in mpmath; `pair` and the functions `*_by_counts_mp` are referees.
"""
