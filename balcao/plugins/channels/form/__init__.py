"""Web form: a contact form on a page of ours or within a page of the shop."""
