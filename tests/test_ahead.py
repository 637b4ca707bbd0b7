"""The next thing is made while the last one is in use, and never more than that."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from flows.ahead import ahead


class Maker:
    """Makes 0, 1, 2 and so on up to a last one; then None, or raises."""

    def __init__(self, last: int, error: Exception | None = None) -> None:
        self.last = last
        self.error = error
        self.begun = self.ended = 0
        self.given_up = False

    async def make(self) -> int | None:
        number = self.begun
        self.begun += 1
        try:
            for _ in range(5):  # others get their turn
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.given_up = True
            raise
        finally:
            self.ended += 1
        if number <= self.last:
            return number
        if self.error is not None:
            raise self.error
        return None


def used(maker: Maker, use: Callable[[int], Awaitable[None]]) -> None:
    """Uses what is made; nothing is in the making afterwards."""

    async def story() -> None:
        try:
            async with aclosing(ahead(maker.make)) as made:
                async for one in made:
                    await use(one)
        finally:
            assert maker.ended == maker.begun

    asyncio.run(story())


@pytest.mark.parametrize("last", [-1, 0, 4])
def test_all_of_it_comes_in_order_and_none_ends_it(last: int) -> None:
    seen: list[int] = []

    async def use(one: int) -> None:
        seen.append(one)

    maker = Maker(last)
    used(maker, use)

    assert seen == list(range(last + 1))
    assert maker.begun == last + 2


def test_one_is_in_the_making_while_another_is_in_use() -> None:
    maker = Maker(3)
    begun: list[int] = []

    async def use(_one: int) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        begun.append(maker.begun)

    used(maker, use)

    assert begun == [2, 3, 4, 5]


def test_an_error_comes_after_what_was_made_before_it() -> None:
    seen: list[int] = []

    async def use(one: int) -> None:
        seen.append(one)

    with pytest.raises(ValueError, match="spilt"):
        used(Maker(1, ValueError("spilt")), use)

    assert seen == [0, 1]


def test_what_is_in_the_making_when_its_user_fails_is_waited_for() -> None:
    maker = Maker(3)

    async def use(one: int) -> None:
        await asyncio.sleep(0)
        raise KeyError(one)

    with pytest.raises(KeyError):
        used(maker, use)

    assert (maker.begun, maker.given_up) == (2, False)


def test_what_is_in_the_making_when_its_user_is_cancelled_is_given_up() -> None:
    maker = Maker(3)

    async def use(_one: int) -> None:
        user = asyncio.current_task()
        assert user is not None
        user.cancel()
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        used(maker, use)

    assert (maker.begun, maker.given_up) == (2, True)


def test_the_error_of_the_user_hides_that_of_the_making() -> None:
    async def use(one: int) -> None:
        raise KeyError(one)

    with pytest.raises(KeyError):
        used(Maker(0, ValueError("spilt")), use)
