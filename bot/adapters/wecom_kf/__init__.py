"""微信客服: residents, one to one, from their own WeChat."""
