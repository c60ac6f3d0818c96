"""Two minutes of customers and staff while parts of the portal are killed; `make chaos` runs it.

`generator` acts, `nemesis` breaks, `history` notes both, `reading` reads what is stored, and what begins with
`checking` compares the two.
"""
