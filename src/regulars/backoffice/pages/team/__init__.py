"""Pages about the people of the shop: who they are, what they may, and what they let each other do."""
