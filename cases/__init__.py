"""Cases: what customers file and support works on, with their lifecycle and their clock."""
