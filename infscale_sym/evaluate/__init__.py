"""From expressions and from what users type to numbers: exact input, three arithmetics (NumPy, mpmath, Arb), and threads."""
