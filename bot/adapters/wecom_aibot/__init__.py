"""智能机器人 of 企业微信: the one official bot that hears an @ in (internal) groups. Socket or callback."""
