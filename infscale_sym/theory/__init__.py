"""The topics: each folder brings its symbols, quantities, claims, rules, draws and figures, and one object, TOPIC."""

#: Where the derivation scripts and notebooks of this package's topics lie, relative to a topic's folder: in the installed
#: package, or in the repository.
SCRIPTS = ("../../_derivations", "../../../derivations")
NOTEBOOKS = ("../../_notebooks", "../../../notebooks")
