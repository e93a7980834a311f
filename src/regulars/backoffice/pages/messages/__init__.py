"""Pages about what is written to members: templates, channels, messages to one and to many, and what became of them."""
