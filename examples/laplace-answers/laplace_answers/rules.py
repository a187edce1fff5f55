"""The one rule that this topic needs beyond the general ones: the law of the distance on both sides of the peak."""

@cache
def _beyond() -> tuple[Symbol, Expr]:
    """(low, mass of the density beyond), low > 0."""
    low, u = Dummy("low", positive=True), Dummy("u", positive=True)
    return low, integrate(exp(-u) / 2, (u, low, oo))
