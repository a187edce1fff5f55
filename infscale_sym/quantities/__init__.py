"""The named quantities as numbers: how each is computed in float64 (NumPy), to any number of digits (mpmath), as an Arb ball.

Names tell which: `f` takes and returns float64 arrays; `f_mp` returns an mpf that was computed twice, by two meshes or two
precisions that agree; `f_arb` returns a ball that provably contains the value. A function that recomputes a quantity by an
independent method, to check another one, is called a referee. `namespaces` says which function serves which quantity.
"""
