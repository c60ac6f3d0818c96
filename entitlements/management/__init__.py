"""Commands about entitlements."""
