"""The papers whose claims are registered, and this project's own results."""

from __future__ import annotations

from infscale_sym.notation.formula import Source

HP = Source(
    "HP",
    "Halder & Pehlevan",
    "Demystifying LLM-as-a-Judge: Analytically Tractable Model for Inference-Time Scaling",
    "2512.19905",
)
LEVI = Source("L", "Levi", "A Simple Model of Inference Scaling Laws", "2410.16377")
HALDER = Source("H", "Halder", "A solvable generative model with a linear, one-step denoiser", "2411.17807")
OWN = Source("infscale-sym", "infscale-sym", "derived here", "", "see the derivation")
