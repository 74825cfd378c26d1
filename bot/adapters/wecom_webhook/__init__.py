"""消息推送 (once 群机器人) of 企业微信: it speaks into internal groups and hears nothing."""
