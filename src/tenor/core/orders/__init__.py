"""Orders: what a merchant sends, what becomes of it, and who may change it."""
