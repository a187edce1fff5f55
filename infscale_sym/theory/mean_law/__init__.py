"""The joint law of the offsets over prompts and training sets."""
