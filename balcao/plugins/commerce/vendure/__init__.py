"""Vendure, through its Admin API (GraphQL)."""
