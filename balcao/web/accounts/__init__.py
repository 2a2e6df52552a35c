"""How agents come in and guard their own access: allauth's pages in our look, and invitations."""
