"""The drawings: what they say, how they look, and that the committed ones are fresh."""
