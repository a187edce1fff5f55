"""Other ways to spend k answers (THEORY section 4): means, medians, majorities and search in stages, in three arithmetics."""
