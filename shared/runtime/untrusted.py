"""Text that somebody outside has written, made fit to be read by people: nothing in it acts, or hides. Pure.

`visible` is for terminals and files: what would move the cursor, turn the writing direction or show nothing
is shown as its number. `defanged` is for mails: links lose what makes mail programs open them, letters of
another script that pass for Latin ones are shown as their numbers, and the text is shortened.

Sources: Unicode Technical Report 36 (bidirectional text, mixed scripts) and Technical Standard 39
(whole-script confusables); "Terminal escape injection", CWE-150.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 64
"""Characters of one field in a mail: the longest merchant's id and category that the API takes."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Of Unicode: controls, formats (bidi marks among them), unassigned, private, surrogates, line separators."""
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters, marks and symbols that show nothing: default-ignorable code points, and blank Braille."""
_LINK_SCHEME: Final = re.compile(
    r"\b(https?|ftp|file|mailto|tel|sms|callto|data|javascript|vbscript|ms-[a-z]+|search-ms)\s*:"
    r"|:(?=\s*//)",
    re.IGNORECASE,
)
_NETWORK_PATH: Final = re.compile(r"\\(?=\\)|(?<=\\)\\")
r"""The two backslashes of `\\server\share`, which mail programs for Windows make a link of."""
_DOT_OF_A_NAME: Final = re.compile(r"(?<=[^\s.])[.。](?=[^\W\d_]|<U)")
"""A dot before a letter, as in a domain; in 12.50 and at the end of a sentence it stays."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN_LOOK_ALIKES: Final = frozenset("аеорсухіјѕӏԁԛԝһνορυϲϳ")  # noqa: RUF001
"""Cyrillic and Greek letters that are read as Latin ones; a word of them alone is no name."""


def visible(text: str, *, kept: str = "") -> str:
    """Return a text in which every character shows: one that would not as its number, `<U+202E>`.

    Args:
        text: What somebody has written.
        kept: Characters that stay although they do not show: line feed and tab in a text of lines.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in kept or not _hides(c) else _number(c) for c in text)


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE or _BLANK.match(character) is not None


def defanged(text: str, longest: int = LONGEST) -> str:
    """Return a text that no mail program makes a link of, and that looks like what it is."""
    text = _LINK_SCHEME.sub(lambda found: f"{found[1] or ''}[:]", unicodedata.normalize("NFKC", text))
    text = _NETWORK_PATH.sub(lambda found: f"[{found[0]}]", text)
    text = _WORD.sub(lambda found: _one_script(found[0]), visible(text))
    text = _DOT_OF_A_NAME.sub("[.]", text).replace("@", "[@]")
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _one_script(word: str) -> str:
    """A word whose letters are of one script as it is, else with the numbers of those that are not Latin."""
    if word.isascii():
        return word
    latin = [_is_latin(c) for c in word]
    if all(latin) or (not any(latin) and not _LATIN_LOOK_ALIKES.issuperset(word.lower())):
        return word
    return "".join(c if is_latin else _number(c) for c, is_latin in zip(word, latin, strict=True))


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


def _number(character: str) -> str:
    return f"<U+{ord(character):04X}>"
