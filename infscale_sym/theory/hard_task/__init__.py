"""Averages that rare hard prompts dominate: a power of k that depends on the difficulty."""
