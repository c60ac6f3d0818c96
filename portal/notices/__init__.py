"""Notices: one table that is the inbox of people and the outbox of mail."""
