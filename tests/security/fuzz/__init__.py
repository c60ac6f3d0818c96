"""Requests drawn by a seed, to every address, with every field and parameter that the portal knows."""
