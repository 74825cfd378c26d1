"""Exceptions the program's parts share, and how an unexpected one is written down."""

from storage.engine.base import StoreDownError

__all__ = ["StoreDownError", "place"]


def place(error: BaseException) -> str:
    """Kind of error and where it was raised. Never its message: that may quote what people wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"
