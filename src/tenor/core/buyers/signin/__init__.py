"""Sign-in: a buyer proves an e-mail address by a six-digit code that was mailed to it."""
