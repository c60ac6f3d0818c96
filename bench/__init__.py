"""What the portal costs, measured beside the least that the same work could cost; run by `make bench`."""
