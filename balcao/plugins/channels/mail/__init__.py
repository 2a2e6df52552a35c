"""E-mail: reading mails of every make, and (with IMAP and SMTP) fetching and sending them."""
