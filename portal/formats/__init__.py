"""How days and instants are written in each language: on pages, in mail, and in the lists of the admin."""
