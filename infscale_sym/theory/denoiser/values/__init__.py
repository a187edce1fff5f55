"""The linear one-step denoiser (H, arXiv:2411.17807): how far the law that it generates is from the sampling law, as numbers.

Kullback-Leibler divergences (`denoiser.kl`, `denoiser.kl.expected`, ...) for one training set and averaged over training sets,
in float64 (`numeric`, `spectrum`, `steps`), to any number of digits (`exact`, `expectation`) and enclosed (`enclosure`).
"""
