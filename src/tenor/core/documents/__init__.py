"""Documents that come with an order: checked by content, stored with their row or not at all."""
