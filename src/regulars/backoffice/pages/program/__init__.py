"""The rooms of the program: what earns, what is given for it, and how it is tried and published."""
