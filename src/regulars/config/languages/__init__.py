"""The interface's languages: what it says is collected, translated in .po files, and compiled into what is served."""
