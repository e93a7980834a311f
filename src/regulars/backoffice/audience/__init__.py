"""Conditions about members on the screen: rows that are added, filled in and read, for segments and for filters."""
