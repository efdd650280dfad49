"""The demo: two sandbox merchants, the small shop that both of them run, and an order's whole life by itself."""
