"""Walks over every address: strangers, roles and bad input."""
