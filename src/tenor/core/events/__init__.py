"""The event log: every change that a merchant may care about, numbered within its order."""
