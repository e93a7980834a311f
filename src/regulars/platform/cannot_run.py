"""What stops a command before it begins, told to whoever runs the installation."""


class CannotRun(Exception):
    """The message says in one sentence what is wrong and what to do; commands print it without a traceback."""
