"""The topics: each folder brings its symbols, quantities, claims, rules, draws and figures, and one object, TOPIC."""
