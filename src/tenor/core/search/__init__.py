"""Search: an order, a buyer or a merchant by any number that a person might have in hand. It only reads."""
