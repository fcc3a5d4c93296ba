"""Neutralise untrusted text for display. Pure.

`visible` is for terminals and files: it replaces control, bidirectional and invisible characters with their
code points. `defanged` is for mails: it breaks links, replaces look-alikes of Latin letters with their code
points, and shortens the text.

Sources: Unicode Technical Report 36 (bidirectional text, mixed scripts), Technical Standard 39 (confusables)
and Annex 31 (scripts in general use); "Terminal escape injection", CWE-150.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 64
"""Maximum characters of a field in a mail: the API's limit of merchant id and category."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories: control, format (including bidi), unassigned, private, surrogate, separators."""
_MARKS: Final = frozenset({"Mn", "Me"})
_MAXIMUM_MARKS: Final = 6
"""Combining marks per letter; no language needs more, and a pile of them covers adjacent lines."""
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
"""Invisible letters, marks and symbols: default-ignorable code points and blank Braille."""
_LINK_SCHEME: Final = re.compile(
    r"\b(https?|ftp|file|mailto|tel|sms|callto|data|javascript|vbscript|ms-[a-z]+|search-ms)\s*:"
    r"|:(?=\s*//)",
    re.IGNORECASE,
)
_NETWORK_PATH: Final = re.compile(r"\\(?=\\)|(?<=\\)\\")
r"""The two backslashes of `\\server\share`, which mail programs for Windows make a link of."""
_DOT_OF_A_NAME: Final = re.compile(r"(?<=[^\s.])[.。](?=[^\W\d_]|<U)")
"""A dot before a letter, as in a domain, but not in 12.50 or at the end of a sentence."""
_LATIN: Final = "LATIN"
_WORD: Final = re.compile(r"[^\W\d_]+")
_LOOK_ALIKES: Final = frozenset(
    "аеорсухіјѕӏԁԛԝһҽѵѡАВЕЅІЈКМНОРСТУХѴԌԜӀ"  # noqa: RUF001
    "ονρυϲϳαιΑΒΕΖΗΙΚΜΝΟΡΤΥΧϜϹ"  # noqa: RUF001
    "օհոսռցքզգՕՍՏ"  # noqa: RUF001
)
"""Cyrillic, Greek and Armenian letters that look like Latin ones; a word of only these is suspect."""
_PHONETIC: Final = re.compile(
    "[\u01c0-\u01c3\u0250-\u0252\u0255\u0258\u025a\u025c-\u02af\u1d00-\u1dbf\ua720-\ua7ff\uab30-\uab6f"
    "\u0184\u018d\u0196\u01a6\u01bd\u1e9d\u1eff]"
)
"""Latin letters of phonetic and medieval notation, including small capitals, that look like common ones."""
_SCRIPTS: Final = frozenset((
    "ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN",
    "GREEK", "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "HIRAGANA", "IDEOGRAPHIC", "KANNADA", "KATAKANA",
    "KHMER", "LAO", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA", "THAI",
    "TIBETAN",
))  # fmt: skip
"""Prefixes of letter names in scripts in general use besides Latin; others have look-alikes."""


def visible(text: str, *, kept: str = "") -> str:
    """Return a text with invisible characters replaced by their code points, such as `<U+202E>`.

    Args:
        text: Untrusted text.
        kept: Invisible characters to keep, such as line feed and tab.
    """
    if text.isascii() and text.isprintable():
        return text
    shown, marks = [], 0
    for c in text:
        marks = marks + 1 if unicodedata.category(c) in _MARKS else 0
        shown.append(c if c in kept or not (marks > _MAXIMUM_MARKS or _hides(c)) else _number(c))
    return "".join(shown)


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE or _BLANK.match(character) is not None


def defanged(text: str, longest: int = LONGEST) -> str:
    """Return a text without links and look-alikes, shortened to `longest` characters."""
    text = _LINK_SCHEME.sub(lambda found: f"{found[1] or ''}[:]", unicodedata.normalize("NFKC", text))
    text = _NETWORK_PATH.sub(lambda found: f"[{found[0]}]", text)
    text = _WORD.sub(lambda found: _one_script(found[0]), visible(text))
    text = _DOT_OF_A_NAME.sub("[.]", text).replace("@", "[@]")
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _one_script(word: str) -> str:
    """Return a word with code points for non-Latin letters if it mixes scripts or imitates Latin."""
    if word.isascii():
        return word
    scripts = [_script(letter) for letter in word]
    if set(scripts) == {_LATIN} or (_SCRIPTS.issuperset(scripts) and not _LOOK_ALIKES.issuperset(word)):
        return word
    pairs = zip(word, scripts, strict=True)
    return "".join(letter if script == _LATIN else _number(letter) for letter, script in pairs)


def _script(letter: str) -> str:
    return "" if _PHONETIC.match(letter) else re.split("[ -]", unicodedata.name(letter, ""))[0]


def _number(character: str) -> str:
    return f"<U+{ord(character):04X}>"
