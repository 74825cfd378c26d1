"""What officers say in words of their own is carried out by what carries out commands and buttons."""

from handlers.orders import asking, hearing, reading
from handlers.orders.feature import orders

__all__ = ["asking", "hearing", "orders", "reading"]
