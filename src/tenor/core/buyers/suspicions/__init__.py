"""Suspicions: companies that may be one, registered a second time with a typo."""
