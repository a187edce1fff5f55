"""How the quantities of this topic are computed."""
