"""Averages of the error over prompts and training sets."""
