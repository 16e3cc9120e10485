"""Whoever mistypes is told where, what was expected, and the nearest word; and nothing is sent.

In the texts below `»` stands where the mistake is to be reported."""

import pytest

from bank_app_sim.journeys.arazzo import DocumentError

from .broken_documents import BROKEN, text
from .shop import Runner, Shop


async def test_the_document_that_they_are_made_from_is_right(runner: Runner) -> None:
    shop = Shop([(201, {"id": "1"}), (200, None)])

    await runner.one(shop, text())

    assert shop.called == ["POST /items", "GET /items/1"]


@pytest.mark.parametrize(("broken", "sentence"), BROKEN.values(), ids=BROKEN)
async def test_a_mistake_is_told_with_its_place(runner: Runner, broken: str, sentence: str) -> None:
    shop = Shop()

    with pytest.raises(DocumentError) as caught:
        await runner.one(shop, broken.replace("»", ""))

    error = caught.value
    assert sentence in error.sentence
    assert str(error).startswith(f"{error.place}: ")
    if "»" in broken:
        before = broken[: broken.index("»")]
        assert (error.place.line, error.place.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert shop.asked == []


async def test_every_word_of_a_document_that_is_misspelt_is_told_or_is_a_name_of_the_authors_own(
    runner: Runner,
) -> None:
    """Each name in the document, with a letter more: never a traceback, never a request that was not meant."""
    whole = text()
    words = [word for word in whole.replace("{", " ").replace(",", " ").split() if word.endswith(":")]
    for word in words:
        shop = Shop([(201, {"id": "1"}), (200, None)])
        name = word.removesuffix(":")
        told = ""
        try:
            await runner.one(shop, whole.replace(f"{name}:", f"{name}x:", 1))
        except DocumentError as error:
            told = error.sentence
        assert name in told or "POST /items" in shop.called, name
        assert not (told and shop.asked), name
