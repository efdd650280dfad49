"""What leaves the house, whichever way it goes: rows that are claimed, tried, noted and tried again."""
