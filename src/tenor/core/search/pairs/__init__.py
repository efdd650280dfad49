"""Pairs: two buyers side by side, for whoever has to say whether they are one company."""
