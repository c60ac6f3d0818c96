"""English: as `portal.accounts.wording` writes instants on the portal's own pages."""
