"""Other ways to spend k answers: means, medians, majorities, search in stages."""
