"""Choosing one of k answers by a noisy reward: the exact error F_k(t; tau, rho) (HP, arXiv:2512.19905)."""
