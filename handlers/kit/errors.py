"""The one exception a handler may raise on purpose."""


class UsageError(Exception):
    """Tell the person: the message is a plain, kind sentence that says what to do. Nothing is changed."""
