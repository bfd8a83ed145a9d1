"""The pages in a real browser, before the real service and a real Asterisk."""
