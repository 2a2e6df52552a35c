"""Faces for people; each knows the modules below, none knows another face."""
