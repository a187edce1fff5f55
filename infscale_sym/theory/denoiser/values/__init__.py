"""The linear one-step denoiser (THEORY section 6; H, arXiv:2411.17807): divergence of what it generates from the truth."""
