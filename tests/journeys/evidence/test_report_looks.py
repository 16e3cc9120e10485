"""Whether people can read and use `report.html`: labels, narrow windows, contrast, the keyboard."""

from pathlib import Path

import attrs
import pytest
from playwright.sync_api import expect

from .report import Open, page_of, titles
from .samples import made, message, step

pytestmark = pytest.mark.processes


def test_everything_can_be_reached_with_the_keyboard(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="All 5").press("Enter")
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("goes well")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("All goes well")

    page.locator(".steps button").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".steps .chosen")).to_contain_text("ada creates Dream Bike")
    page.locator(".message[data-n='8'] > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message[data-n='8'] .detail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#overview")).to_be_visible()
    assert titles(page) == ["All goes well"], "the list is as it was left"


OVERLAPS = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && one.textContent)
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.width && box.height);
  const isOver = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const outside = boxes.filter(({ box }) => box.left < -1 || box.right > innerWidth + 1).map(({ text }) => text);
  const pairs = boxes.flatMap((one, n) => boxes.slice(n + 1)
    .filter((other) => isOver(one.box, other.box)).map((other) => `${one.text} | ${other.text}`));
  return [...outside, ...pairs];
}"""

LABELS = (".moments span", ".ticks .labels span", ".lanes div span", ".message .n, .message .label", ".band > span")


@pytest.mark.parametrize("width", [400, 800, 1280])
@pytest.mark.parametrize("place", ["#/account-while-saving", "#/branches"])
def test_no_label_lies_over_another_or_outside(open_page: Open, place: str, width: int) -> None:
    page = open_page(place=place, viewport={"width": width, "height": 800})
    expect(page.locator(".moments span").first).to_be_visible()

    for labels in LABELS:
        assert page.evaluate(OVERLAPS, labels) == [], labels


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_nor_does_a_moment_of_a_run_on_the_machines_clock(open_page: Open, tmp_path: Path, width: int) -> None:
    """It is written to the millisecond."""
    moments = [f"2026-11-29T16:20:{16 + n // 9}.{100 + 100 * (n % 9)}000Z" for n in range(36)]
    messages = [message(n, f"GET /{n}", at=at) for n, at in enumerate(moments, 1)]  # none repeats another
    steps = [attrs.evolve(step("1", 1, 36), began_at=moments[0], ended_at=moments[-1])]
    quick = page_of(tmp_path, [made("quick", steps=steps, messages=messages, states=[{"dreams": {}}])])

    page = open_page(quick, place="#/quick", viewport={"width": width, "height": 800})
    expect(page.locator(".moments span").first).to_be_visible()

    assert page.evaluate(OVERLAPS, ".moments span") == []


@pytest.mark.parametrize("place", ["", "#/account-while-saving/step/4"])
@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_is_not_scrolled_sideways(open_page: Open, place: str, width: int) -> None:
    page = open_page(place=place, viewport={"width": width, "height": 800})
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRASTS = """() => {
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const light = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of layers) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own.length || !one.checkVisibility() || one.closest('script, style, noscript, [aria-hidden]')) continue;
    const layers = [];
    let opacity = 1;
    for (let up = one; up; up = up.parentElement) {
      layers.unshift(getComputedStyle(up).backgroundColor);
      opacity *= Number(getComputedStyle(up).opacity);
    }
    if (opacity < 1) continue; // dimmed on purpose: what did not change
    const [text, ground] = [light([...layers, getComputedStyle(one).color]), light(layers)];
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    if (contrast < 4.5) found[`${one.tagName} ${one.className}: ${own[0].textContent.trim()}`] = contrast;
  }
  return found;
}"""


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#/account-while-saving/step/4", "#/account-while-saving/message/26"])
def test_every_text_can_be_read_in_light_and_in_dark(open_page: Open, place: str, colours: str) -> None:
    """The contrast that WCAG 2 asks for, level AA."""
    page = open_page(place=place, color_scheme=colours)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (colours == "light")
    assert page.evaluate(CONTRASTS) == {}
