"""Hostile uploads, text and requests; the corpora are written here once and used by every test."""
