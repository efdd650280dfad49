"""Credit: whether a buyer may owe this much, decided and reserved in one step."""
