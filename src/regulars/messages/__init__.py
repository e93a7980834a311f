"""Messages to members: templates, the channels they go over, and every delivery with what allowed it."""
