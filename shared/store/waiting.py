"""Lets a synchronous function wait for what needs a loop, whether or not a loop is running."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_a_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what the function returns in a thread of its own, where no loop is running yet.

    An application's lifespan already runs on a loop, on which nothing can be waited for
    synchronously; before it serves anybody it may as well stand still.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function, *args, **kwargs).result()


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the coroutine's result, run on a loop of its own."""
    return in_a_thread(asyncio.run, coroutine)
