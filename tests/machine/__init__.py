"""The lifecycle told twice: the portal beside a model of it, through random lives (SPEC 2, 2.1, 2.2)."""
