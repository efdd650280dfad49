"""The ledger: what is owed and owned, in entries that sum to zero and never change."""
