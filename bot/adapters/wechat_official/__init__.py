"""A 公众号 (verified 服务号): residents who follow it, one to one. Safe mode only."""
