"""What is typed about messages: channels, templates, and what is sent to whom."""
