"""The selection error F_k(t; tau, rho) and the folded normal law behind it (HP, arXiv:2512.19905; `selection.integral`).

Modules, imported on use: `numeric` (NumPy), `highprec` (mpmath, self-validated), `enclosure` (Arb, rigorous), `survival`.
"""
