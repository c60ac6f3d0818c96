"""What people live through, over HTTP and across the apps."""
