"""When the choice at temperature zero is the best one, and how the error leaves it."""
