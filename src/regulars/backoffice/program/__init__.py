"""The program as people see and edit it: the draft, its pieces, and what is said about them."""
