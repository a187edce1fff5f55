"""What a formula is written in: symbols, named quantities that open to their definitions, and relations between them."""
