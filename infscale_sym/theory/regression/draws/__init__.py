"""The simulator of this topic: draws and counts, with nothing of its evaluators."""
