"""The error in powers of 1/t: every order, and why the series diverges (HP, Result 2)."""
