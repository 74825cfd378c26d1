"""uvicorn's server, told to leave signals to the program."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """On SIGINT or SIGTERM it stops serving, and that is all.

    uvicorn would raise the signal once more when it is done, which ends the process before the courier has written
    down what its last sends came to.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
