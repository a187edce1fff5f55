"""Best of k answers with the teacher as judge: the law in powers of 1/k and the extreme-value limit (HP, Result 3)."""
