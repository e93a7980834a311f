"""The rules of a loyalty program in plain Python: no framework, no clock, no I/O; functions over frozen values."""
