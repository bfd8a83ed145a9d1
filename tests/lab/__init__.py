"""A real Asterisk on loopback, callers, phones and the stories they play."""
