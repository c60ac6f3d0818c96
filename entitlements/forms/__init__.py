"""Forms: staff's in the admin, customers' on their pages."""
