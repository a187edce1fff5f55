"""Bayesian linear regression in high dimension: ridge equivalents, the error from physical parameters (arXiv:2512.19905)."""
