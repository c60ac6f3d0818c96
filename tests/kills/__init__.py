"""What a process leaves behind that is killed with -9 at any of its statements, commits and mails."""
