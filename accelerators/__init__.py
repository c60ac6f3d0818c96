"""What is offered beside support, and how customers ask for it: the catalogue and its requests."""
