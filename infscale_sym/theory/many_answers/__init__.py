"""The limit k -> oo at fixed temperature, its corrections, and when more answers hurt."""
