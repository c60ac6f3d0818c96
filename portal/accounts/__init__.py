"""People, their companies, and the regions that serve them."""
