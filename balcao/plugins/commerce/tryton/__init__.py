"""Tryton: an ERP whose orders, shipments, invoices and complaints are documents of their own."""
