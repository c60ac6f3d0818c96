"""The customer's pages of entitlements."""
