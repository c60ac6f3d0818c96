"""Small functions that build what tests start from, through the real operations."""
