"""What can be wrong with a program, one family of faults to a file. `core/checking.py` asks them all."""
