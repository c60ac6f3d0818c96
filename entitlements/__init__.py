"""What customers are entitled to: products, licenses with their terms, seats of named contacts."""
