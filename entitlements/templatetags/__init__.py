"""What templates ask about entitlements."""
