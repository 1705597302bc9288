"""The review page in a real browser: desktop, phone, English, Chinese, keys alone, two people, very many groups."""

import json
import re
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from ready_commands import ReadyCommand

import dupcheck as dc

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
pytest.importorskip("playwright", reason="Playwright is not installed: the page is not tested in a browser")
if CHROMIUM is None:
    pytest.skip("there is no Chromium on this machine: the page is not tested in a browser", allow_module_level=True)

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

pytestmark = pytest.mark.slow
CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass
class Shown:
    """A review page that is served, and its ledger."""

    url: str
    ledger: Path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def serve(sample_folder: Path, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    """Show the review page of a catalogue, until the test is over."""
    started: list[ReadyCommand] = []

    def start(*more: object, catalog: Path = sample_folder / "catalog.csv") -> Shown:
        ledger = tmp_path / "ledger.sqlite"
        command = ReadyCommand("review", catalog, "--no-browser", "--port", 0, "--ledger", ledger, "--as", "Mei", *more)
        started.append(command)
        found = None
        while found is None:
            line = command.stderr.readline()
            assert line, "the server ended"
            found = re.search(r"http://\S+/", line)
        threading.Thread(target=command.stderr.read, daemon=True).start()
        return Shown(found[0], ledger)

    yield start
    for command in started:
        command.kill()


@pytest.fixture
def open_page(browser: Browser, serve: object) -> Iterator[Callable[..., Page]]:
    """Open a page in the browser; it is closed before what it shows is no longer served."""
    contexts, wrong = [], []

    def start(url: str, lang: str = "en-US", phone: bool = False, ready: bool = True) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        context = browser.new_context(locale=lang, viewport=size, is_mobile=phone, has_touch=phone)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(url)
        if ready:
            page.wait_for_selector(".row")
            if not phone:
                page.wait_for_selector("#detail h3")
        return page

    yield start
    for context in contexts:
        context.close()
    assert not wrong, "no script went wrong"


def far(page: Page) -> int:
    return int(page.locator("#bar").evaluate("bar => bar.value"))


def wait_still(page: Page) -> None:
    """Until the group that is meant stands there: before that no key decides anything."""
    page.wait_for_selector("#detail[aria-busy=false] h3")


def wait_far(page: Page, count: int) -> None:
    page.wait_for_function("n => document.getElementById('bar').value === n", arg=count)


@pytest.mark.parametrize("lang", ["en-US", "zh-CN"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_it_is_read_and_used_by_everybody(serve: Any, open_page: Any, lang: str, phone: bool) -> None:
    page: Page = open_page(serve().url, lang, phone)
    assert bool(CHINESE.search(page.locator("#next").inner_text())) == (lang == "zh-CN")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing to scroll sideways"
    assert "undefined" not in page.locator("body").inner_text()
    if phone:
        page.locator(".row").first.tap()
        page.wait_for_selector("#detail h3")
        assert page.locator("#list-side").is_hidden()
        page.locator("button[data-choice=merge_accepted]").tap()
        wait_far(page, 1)
        page.locator(".back").tap()
        assert page.locator("#list-side").is_visible()
    assert not run_axe(page)


def test_keys_alone_are_enough(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    title = page.locator("#detail h3").inner_text()
    page.keyboard.press("n")
    wait_still(page)
    page.keyboard.press("a")
    wait_far(page, 1)
    page.wait_for_function("t => document.querySelector('#detail h3').innerText !== t", arg=title)
    wait_still(page)
    page.keyboard.press("d")
    wait_far(page, 2)
    page.keyboard.press("u")
    wait_far(page, 1)
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("tie")
    page.wait_for_function("() => document.querySelectorAll('.row').length < 10")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    assert page.locator("#side li").count() == 2


def test_one_listing_is_taken_out_and_another_is_kept(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    kept = page.locator(".member.keep").get_attribute("aria-label")
    page.locator("[data-act=keep]").first.click()
    page.wait_for_function("k => document.querySelector('.member.keep').getAttribute('aria-label') !== k", arg=kept)
    page.locator("[data-act=out]").last.click()
    page.wait_for_selector(".member.gone")
    page.locator("button[data-choice=merge_accepted]").click()
    wait_far(page, 1)
    page.reload()
    page.wait_for_selector("#detail h3")
    wait_far(page, 1)


@pytest.fixture
def asking(write_csv: Callable[..., Path], tmp_path: Path) -> Path:
    """A catalogue with one question about three groups, and two groups without any."""
    rows = [
        {
            "listing_id": f"{thing}-{word or 'plain'}-{k}", "title": f"Brass {thing} {word}".strip(),
            "price": 9.9 + len(thing), "currency": "USD", "attributes": "Finish=Matt; Origin=Norway", "shop": shop,
        }
        for shop, thing, words in (
            ("North", "violin stand", ("", "Deluxe")), ("North", "tin kettle", ("", "Deluxe")),
            ("South", "garden ladder", ("", "Deluxe")), ("South", "wool blanket", ("", "")),
            ("West", "oak bench", ("", "")),
        )
        for k, word in enumerate(words)
    ]  # fmt: skip
    return write_csv(tmp_path / "asking.csv", rows)


def run_axe(page: Page) -> list[tuple[str, list[str]]]:
    from axe_playwright_python.sync_playwright import Axe

    return [
        (v["id"], [n["html"] for n in v["nodes"]][:3])
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("lang", "phone"), [("en-US", False), ("zh-CN", True)])
def test_a_question_comes_first_with_both_titles_and_is_answered_for_all(
    serve: Any, open_page: Any, asking: Path, lang: str, phone: bool
) -> None:
    page: Page = open_page(serve(catalog=asking).url, lang, phone)
    question, listed = (page.locator(where).bounding_box() for where in ("#questions", "#list-side"))
    assert question and listed and question["y"] < listed["y"], "it comes first"
    assert page.locator("#questions .sides li").count() == 2
    assert page.locator("#questions mark").all_inner_texts() == ["Deluxe"]
    assert not run_axe(page)
    page.locator("#questions [data-answer=same]").click()
    page.wait_for_function("() => document.getElementById('questions').hidden")
    action = "Remove copies" if lang == "en-US" else "下架重复品"
    page.wait_for_function(
        "text => document.querySelectorAll('.row').length === 5 && "
        "[...document.querySelectorAll('.row .line')].every(l => l.innerText.includes(text))", arg=action,
    )  # fmt: skip
    assert "3" in page.locator("#toast").inner_text() and far(page) == 0, "a plan is still to be accepted"
    page.keyboard.press("u")
    page.wait_for_selector("#questions [data-answer=same]")


def test_what_is_different_is_done_at_once_and_an_audit_learns_it(serve: Any, open_page: Any, asking: Path) -> None:
    page: Page = open_page(serve(catalog=asking).url)
    page.locator("body").press("1")  # the first answer: another product
    wait_far(page, 3)
    assert "1" in page.locator("#again").inner_text()
    page.locator("#again").click()
    page.wait_for_function("() => document.querySelectorAll('.row').length === 2")
    page.wait_for_selector("#since:not([hidden])")
    assert page.locator("#trend rect").count() == 2
    assert not run_axe(page)


def test_an_edit_is_shown_at_once_and_stays(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    page.locator("#more-filters summary").click()
    page.locator("#f-action").select_option("merge_variants")
    page.locator(".row").first.click()
    title = page.locator(".row").first.inner_text().splitlines()[0]
    page.wait_for_function("t => document.querySelector('#detail').innerText.startsWith(t.slice(0, 20))", arg=title)
    page.wait_for_selector("#detail .answers input")
    wait_still(page)
    shown = "() => [...document.querySelectorAll('#detail td')].some(c => c.innerText === 'Storm grey')"
    value = page.locator("#detail .answers input").first
    value.fill("Storm grey")
    value.press("Enter")
    page.wait_for_function(shown)
    page.reload()
    page.wait_for_function(shown)
    page.keyboard.press("u")
    page.wait_for_function(
        "() => ![...document.querySelectorAll('#detail td')].some(c => c.innerText === 'Storm grey')"
    )


def delay_groups(page: Page, milliseconds: int) -> None:
    """Let every group in full come late, as from a server that is far away or busy."""

    def wait(route: Any) -> None:
        page.wait_for_timeout(milliseconds)
        route.continue_()

    page.route(re.compile(r"/review/api/groups/"), wait)


def test_what_is_typed_stays_with_its_group_whatever_happens_next(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    wait_still(page)
    first = page.locator("#detail h3").inner_text()
    delay_groups(page, 300)
    page.locator("#detail input[data-key=title]").fill("A title of my own")
    page.locator(".row").nth(2).click()  # no Enter, no button: the field is simply left
    page.wait_for_function("t => document.querySelector('#detail h3').innerText !== t", arg=first)
    page.locator(".row").first.click()
    page.wait_for_function("t => document.querySelector('#detail h3').innerText === t", arg=first)
    wait_still(page)
    assert page.locator("#detail input[data-key=title]").input_value() == "A title of my own"
    page.locator("#detail input[data-key=title]").press_sequentially(", typed while others work")
    page.locator("#detail input[data-key=title]").evaluate("field => field.form.requestSubmit()")
    page.locator("#detail input[data-key='value:0:0']").focus()
    page.keyboard.type(" half")  # typed while the plan is made anew
    page.wait_for_function("() => document.querySelector('#toast').innerText !== ''")
    page.wait_for_timeout(800)
    wait_still(page)
    page.wait_for_function(
        "key => document.activeElement?.dataset.key === key && document.activeElement.value.includes('half')",
        arg="value:0:0",
    )
    page.unroute_all(behavior="ignoreErrors")


def test_no_key_and_no_click_decides_about_a_group_that_is_not_there_yet(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    wait_still(page)
    delay_groups(page, 700)
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("d")
    assert page.locator("#toast").inner_text()
    assert page.locator("#detail > [inert]").count() == 1
    page.wait_for_timeout(1_200)
    wait_still(page)
    assert far(page) == 0
    page.keyboard.press("a")
    page.keyboard.press("a")  # the next one is not there yet
    wait_far(page, 1)
    page.wait_for_timeout(1_500)
    assert far(page) == 1
    page.unroute_all(behavior="ignoreErrors")


def test_nothing_is_taken_out_before_a_listing_is_chosen(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    wait_still(page)
    page.keyboard.press("x")
    page.wait_for_function("() => document.querySelector('#toast').innerText !== ''")
    assert page.locator(".member.gone").count() == 0
    for key in ("m", "m", "x"):
        page.keyboard.press(key)
    page.wait_for_selector(".member.gone")
    assert page.locator(".member.gone").count() == 1


def test_the_list_is_full_at_once(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    page.wait_for_function(
        "() => document.querySelectorAll('.row').length * document.querySelector('.row').clientHeight"
        " >= Math.min(document.getElementById('list').clientHeight, 13 * document.querySelector('.row').clientHeight)"
    )


def test_accepted_plans_are_taken_away_as_files_and_only_they(
    serve: Any, open_page: Any, sample_folder: Path, tmp_path: Path
) -> None:
    catalog = tmp_path / "shop.csv"
    catalog.write_bytes((sample_folder / "catalog.csv").read_bytes())
    page: Page = open_page(serve(catalog=catalog).url)
    wait_still(page)
    page.locator("#carry").click()
    assert page.locator("dialog button.main").is_disabled(), "nothing is accepted yet"
    page.keyboard.press("Escape")
    kept = page.locator(".member.keep .id").first.inner_text()
    page.locator("button[data-choice=merge_accepted]").click()
    wait_far(page, 1)
    page.locator("#carry").click()
    with page.expect_download() as told:
        page.locator("dialog button.main").click()
    told.value.save_as(tmp_path / "worklist.xlsx")
    book = load_workbook(tmp_path / "worklist.xlsx")
    edited = {row[1].value for row in list(book.worksheets[1].iter_rows())[1:]}
    assert edited == {kept}, "the accepted group and no other"
    page.locator("dialog select").select_option("shopify")
    with page.expect_download() as told:
        page.locator("dialog button.main").click()
    assert "export-shopify.csv" in zipfile.ZipFile(told.value.path()).namelist()
    assert not run_axe(page)
    catalog.write_text(catalog.read_text("utf-8").replace("Heavyweight", "Light"), "utf-8")
    page.locator("dialog button.main").click()
    page.wait_for_function("() => /changed/.test(document.getElementById('toast').innerText)")


@pytest.mark.parametrize("lang", ["en-US", "zh-CN"])
def test_advice_and_what_stays_online_are_said(serve: Any, open_page: Any, lang: str) -> None:
    page: Page = open_page(serve("--rules", "aliexpress").url, lang)
    page.locator("#banner button").last.click()
    page.wait_for_selector("#side li li")
    assert "A-108" in page.locator("#side").inner_text()
    assert not run_axe(page)
    page.keyboard.press("Escape")
    page.locator("#carry").click()
    plain = page.locator("dialog .steps").inner_text()
    kept: Page = open_page(serve("--rules", "google").url, lang)
    kept.locator("#carry").click()
    assert kept.locator("dialog .steps").inner_text() != plain, "variants are not to be taken offline there"


def test_on_paper_every_group_is_a_line_and_the_open_one_is_whole(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    wait_still(page)
    page.set_viewport_size({"width": 1280, "height": 420})  # little of the list is in sight
    page.wait_for_function("() => document.querySelectorAll('.row').length < 13")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".row").count() == 13
    tops = page.locator(".row").evaluate_all(
        "all => all.map(r => [r.getBoundingClientRect().top, r.getBoundingClientRect().bottom])"
    )
    assert all(above[1] <= below[0] + 1 for above, below in pairwise(tops)), "no line lies over another"
    detail = page.locator("#detail").bounding_box()
    assert detail and detail["y"] >= tops[-1][1] - 1
    assert page.locator("#detail").evaluate("d => d.scrollHeight <= d.clientHeight + 1"), "nothing is cut off"
    assert page.locator("#detail .decide").is_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".row").count() < 13


def test_each_step_of_a_plan_has_room_in_the_report(open_page: Any, sample_folder: Path, tmp_path: Path) -> None:
    audit = dc.audit(sample_folder / "catalog.csv")
    audit.save(tmp_path / "report")
    page: Page = open_page((tmp_path / "report" / "report.html").as_uri(), ready=False)
    page.wait_for_selector(".plan .steps p")
    widths = page.locator(".plan .steps p").evaluate_all("all => all.map(p => p.clientWidth).filter(w => w > 0)")
    assert widths and min(widths) > 200


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_work_is_shared_out_by_shop_and_how_far_each_is_can_be_seen(
    serve: Any, open_page: Any, asking: Path, phone: bool
) -> None:
    page: Page = open_page(serve(catalog=asking).url, phone=phone)
    page.locator("#show-people").click()
    page.locator("#share-by").select_option("shop")
    page.locator("#share-people").fill("Mei, Jo")
    page.locator("#share-people").press("Enter")
    page.wait_for_selector("#side progress")
    assert page.locator("#side progress").count() == 2
    assert not run_axe(page)
    page.locator("#side button").first.click()
    page.locator("#more-filters summary").click()
    page.locator("#f-share").select_option("mine")
    page.wait_for_function("() => document.querySelectorAll('.row').length < 5")
    shown = page.locator(".row").count()
    page.locator("#f-share").select_option("=Jo")
    page.wait_for_function("n => document.querySelectorAll('.row').length === 5 - n", arg=shown)


def test_a_filter_is_accepted_in_one_click_and_undone_in_one(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    page.locator("#more-filters summary").click()
    page.locator("#f-action").select_option("merge_variants")
    wanted = int(re.findall(r"\d+", page.locator("#bulk").inner_text())[0])
    page.locator("#bulk").click()
    wait_far(page, wanted)
    page.locator("#show-acts").click()
    page.locator("#side li button").first.click()
    wait_far(page, 0)


def test_photos_are_laid_over_each_other(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)
    page.locator(".member .photo").nth(1).click()
    page.wait_for_selector("dialog .compare img")
    page.get_by_role("button", name="Overlay").click()
    assert page.locator("dialog .over img").count() == 2
    page.get_by_role("button", name="Difference").click()
    assert page.locator("dialog .over img").last.evaluate("i => getComputedStyle(i).mixBlendMode") == "difference"
    page.keyboard.press("Escape")


def test_two_people_see_each_other_and_take_different_groups(serve: Any, open_page: Any, tmp_path: Path) -> None:
    people = tmp_path / "people.toml"
    people.write_text('Mei = "a-long-secret-of-mei"\nJo = "a-long-secret-of-jo-"\n', "utf-8")
    shown = serve("--people", people)
    mei = open_page(f"{shown.url}#secret=a-long-secret-of-mei")
    jo = open_page(f"{shown.url}#secret=a-long-secret-of-jo-")
    mei.locator("#next").click()
    mei.wait_for_function("() => document.activeElement !== null")
    mei.wait_for_timeout(500)
    jo.locator("#next").click()
    jo.wait_for_selector(".mark.hand")
    first, second = (p.evaluate("location.hash") for p in (mei, jo))
    assert first != second
    wait_still(mei)
    mei.keyboard.press("a")
    wait_far(mei, 1)
    wait_far(jo, 1)


def test_who_shows_no_secret_sees_nothing(serve: Any, open_page: Any, tmp_path: Path) -> None:
    people = tmp_path / "people.toml"
    people.write_text('Mei = "a-long-secret-of-mei"\n', "utf-8")
    page: Page = open_page(serve("--people", people).url, ready=False)
    page.wait_for_selector("dialog input")
    assert page.locator(".row").count() == 0
    page.locator("dialog input").fill("a-long-secret-of-mei")
    page.keyboard.press("Enter")
    page.wait_for_selector(".row")


def test_ten_thousand_groups_are_a_few_rows_at_a_time(serve: Any, open_page: Any) -> None:
    page: Page = open_page(serve().url)

    def multiply(route: Any) -> None:
        told = json.loads(route.fetch().text())
        rows = [
            {**told["groups"][k % len(told["groups"])], "id": f"G-{k}", "title": f"Thing {k}"} for k in range(10_000)
        ]
        route.fulfill(json={**told, "groups": rows, "questions": []})

    page.route(re.compile(r"/review/api/groups\?"), multiply)
    page.goto(page.url.split("#")[0])
    page.wait_for_selector(".row")
    assert page.locator("#shown").inner_text().count("10000") >= 1
    page.locator("#list").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.row .title')].some(t => t.innerText === 'Thing 9999')"
    )
    assert page.locator(".row").count() < 60
    page.locator("#search").fill("Thing 777")
    page.wait_for_function("() => document.querySelector('.row')?.getAttribute('aria-setsize') === '11'")
    assert page.locator(".row").first.get_attribute("aria-setsize") == "11"


def test_a_click_after_many_decisions_brings_only_what_it_changed(
    serve: Any, open_page: Any, write_csv: Any, tmp_path: Path
) -> None:
    rows = [
        {
            "listing_id": f"{k}-{c}", "title": f"Brass stand {chr(97 + k // 26)}{chr(97 + k % 26)}o", "price": 9 + k,
            "attributes": f"Model={k}x",
        }
        for k in range(120) for c in (1, 2)
    ]  # fmt: skip
    page: Page = open_page(serve(catalog=write_csv(tmp_path / "shop.csv", rows)).url)
    of = int(page.locator("#bar").evaluate("bar => bar.max"))
    assert of > 100
    page.locator("button[data-choice=merge_accepted]").click()
    wait_far(page, 1)
    wait_still(page)
    page.locator("#bulk").click()
    wait_far(page, of)
    page.keyboard.press("u")
    wait_far(page, 1)
    page.locator("#search").fill("1-1")
    page.locator(".row").first.click()
    wait_still(page)
    with page.expect_response(re.compile("/review/api/choices")) as answer:
        page.locator("button[data-choice=merge_accepted]").click()
    assert 0 < len(answer.value.body()) < 3_000
    wait_far(page, 2)
    page.reload()
    page.wait_for_selector(".row")
    wait_far(page, 2)


def test_hostile_texts_stay_texts(serve: Any, open_page: Any, tmp_path: Path) -> None:
    title = "<img src=x onerror=\"document.title='PWNED'\"> </script><b>brass</b> violin stand"
    quoted = title.replace('"', '""')
    (tmp_path / "shop.csv").write_text(
        "listing_id,title,price,currency,attributes\n"
        + "".join(f'"<b>{i}</b>","{quoted}",9.9,USD,Finish=Matt\n' for i in range(3)),
        "utf-8",
    )
    page: Page = open_page(serve(catalog=tmp_path / "shop.csv").url)
    assert "brass" in page.locator("#detail h3").inner_text()
    assert page.title() != "PWNED" and page.locator("#detail img[src=x]").count() == 0


def test_on_paper_a_report_leaves_nothing_out(
    browser: Browser, run: Callable[..., Any], write_csv: Any, tmp_path: Path
) -> None:
    rows = [{"listing_id": f"L-{k}", "title": "Brass violin stand", "price": 9.9, "currency": "USD"} for k in range(40)]
    catalog = write_csv(tmp_path / "shop.csv", rows)
    assert run("audit", catalog, "--out", tmp_path / "out", "--no-ledger").code == 0
    page = browser.new_page()
    page.goto((tmp_path / "out" / "report.html").as_uri())
    page.wait_for_selector(".card .more")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".more").count() == 0
    assert "L-39" in page.locator(".card").first.inner_text()
    page.close()
