"""Coverage, pass@k, of problems with Beta-distributed failure probabilities (Levi, arXiv:2410.16377)."""
