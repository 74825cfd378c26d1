"""What the channels of the WeChat family share. No platform of its own; imported only where one is set up."""
