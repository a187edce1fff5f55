"""A linear one-step denoiser as a generative model (Halder, arXiv:2411.17807)."""
