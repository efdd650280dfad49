"""How merchants get in to their own pages: one-time links, sessions, and the log of what they did there."""
