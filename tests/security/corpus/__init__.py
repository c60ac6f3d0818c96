"""What attackers send: markup, addresses, files, names and bytes. Made here, copied from nowhere."""
