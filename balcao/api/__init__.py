"""Faces for programs: typed REST, inbound webhooks, open pages."""
