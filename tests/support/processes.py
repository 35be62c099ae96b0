"""Run a test in a process of its own."""

import os
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

Parameters = ParamSpec("Parameters")


def single_threaded(test: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Run a test in a fork of this process, which has one thread.

    Workers of pytest-xdist have several threads, and a program with threads does all jobs in its own process.
    """

    @wraps(test)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            code = 1
            try:
                test(*args, **kwargs)
                code = 0
            except BaseException:
                os.write(writing, traceback.format_exc().encode())
            finally:
                os._exit(code)
        os.close(writing)
        with open(reading, "rb") as pipe:
            message = pipe.read().decode()
        assert os.waitpid(child, 0)[1] == 0, message

    return run
