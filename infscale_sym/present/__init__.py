"""How formulas, verdicts and derivations look: LaTeX, documents, the ledger, pages, notebooks, figures."""
