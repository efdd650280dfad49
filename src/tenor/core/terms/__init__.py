"""Terms: the offers a buyer may choose from, and their schedules."""
