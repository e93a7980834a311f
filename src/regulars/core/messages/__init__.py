"""Messages to members: what their texts may say, how long an SMS is, when one may go, and whether it may go at all."""
