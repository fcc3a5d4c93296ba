"""Text from outside shows what it is: nothing in it opens, moves, hides or passes for another."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.untrusted import LONGEST, defanged, visible

ESC, BEL, NUL, RLO, ZWSP, BOM, LINE = "\x1b", "\x07", "\x00", "\u202e", "\u200b", "\ufeff", "\u2028"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café Zürich 12", "Café Zürich 12"),
        ("東京 カフェ", "東京 カフェ"),
        (f"{ESC}[2J{ESC}]0;x{BEL}", "<U+001B>[2J<U+001B>]0;x<U+0007>"),
        (f"a{RLO}moc.elpmaxe", "a<U+202E>moc.elpmaxe"),
        (f"a{ZWSP}b{BOM}{NUL}", "a<U+200B>b<U+FEFF><U+0000>"),
        ("half \ud83d", "half <U+D83D>"),
        ("two\nlines\r", "two<U+000A>lines<U+000D>"),
        (f"a{LINE}b", "a<U+2028>b"),
        ("e\u0301" + "a" + "\u0336" * 8, "e\u0301" + "a" + "\u0336" * 6 + "<U+0336>" * 2),
        ("a\u3164b\u115f\u2800", "a<U+3164>b<U+115F><U+2800>"),
        ("pay\ufe0f\U000e0153pal\u034f", "pay<U+FE0F><U+E0153>pal<U+034F>"),
    ],
)
def test_what_does_not_show_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_lines_stay_where_they_are_asked_for() -> None:
    assert visible(f"a\n\tb{ESC}", kept="\n\t") == "a\n\tb<U+001B>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("www.fraud-desk-verify.example", "www[.]fraud-desk-verify[.]example"),
        ("http://203.0.113.9/login", "http[:]//203.0.113.9/login"),
        ("HTTPS : //x", "HTTPS[:] //x"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("[pay](smb://10.0.0.5/x)", "[pay](smb[:]//10.0.0.5/x)"),
        ("ms-word:ofe|u|x", "ms-word[:]ofe|u|x"),
        (r"\\10.0.0.5\x", r"[\][\]10.0.0.5\x"),
        ("desk@bank.example", "desk[@]bank[.]example"),
        ("ｗｗｗ．evil．example", "www[.]evil[.]example"),  # noqa: RUF001
        ("evil。example", "evil[.]example"),
        ("pаypal", "p<U+0430>ypal"),  # noqa: RUF001
        ("аррӏе", "<U+0430><U+0440><U+0440><U+04CF><U+0435>"),  # noqa: RUF001
        ("𝐩𝐚𝐲𝐩𝐚𝐥", "paypal"),  # noqa: RUF001
        ("pɑypal", "p<U+0251>ypal"),  # noqa: RUF001
        ("ᴘᴀʏ", "<U+1D18><U+1D00><U+028F>"),
        ("ǀloyds", "<U+01C0>loyds"),  # noqa: RUF001
        ("ᏢᎪᎩ", "<U+13E2><U+13AA><U+13A9>"),  # noqa: RUF001
        ("ꓑꓮꓬ", "<U+A4D1><U+A4EE><U+A4EC>"),  # noqa: RUF001
        ("ΝΙΚΕ", "<U+039D><U+0399><U+039A><U+0395>"),  # noqa: RUF001
        ("ТОУОТА", "<U+0422><U+041E><U+0423><U+041E><U+0422><U+0410>"),  # noqa: RUF001
        ("ոսօ", "<U+0578><U+057D><U+0585>"),  # noqa: RUF001
        ("Azərbaycan Kızılay Łódź Ærø", "Azərbaycan Kızılay Łódź Ærø"),  # noqa: RUF001
        ("ΚΑΦΕ Ελλάς 東京コーヒー 서울 ירושלים", "ΚΑΦΕ Ελλάς 東京コーヒー 서울 ירושלים"),
        ("Магазин Москва", "Магазин Москва"),
        ("Kling, Howe and Partners #12", "Kling, Howe and Partners #12"),
        ("12.50", "12.50"),
        ("acct:17_x", "acct:17_x"),
        ("x" * 65, "x" * 61 + "..."),
    ],
)
def test_a_mail_shows_what_it_is_and_opens_nothing(text: str, told: str) -> None:
    assert defanged(text) == told


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_whatever_is_sent_nothing_in_it_acts(text: str) -> None:
    for shown in (visible(text), defanged(text)):
        shown.encode()
        assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    told = defanged(text)
    assert len(told) <= LONGEST
    assert "://" not in told
    assert "\\\\" not in told


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=LONGEST))
def test_plain_names_stay_as_they_are(text: str) -> None:
    assert defanged(text) == visible(text) == text
