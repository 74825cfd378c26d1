"""客户群群发: what we say there is a task, and leaves when a member confirms it on a phone."""
