"""Whether the linear denoiser is nearer to the sampling law or to its training set."""
