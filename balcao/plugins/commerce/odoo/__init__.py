"""Odoo: orders, customers, deliveries and invoices by its external interface."""
