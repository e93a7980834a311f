"""Merchants and their schemas, domains, the embedded server, the supervisor."""
