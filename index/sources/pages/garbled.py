"""Text whose bytes were once read in the wrong encoding: mended where there is only one reading, else said."""

from __future__ import annotations

# Marks of a letter that was lost for good.
_LOST = "\ufffd"

# One stray mark is a slip of the page's; from here on the text is not what was printed.
_MIN_LOST = 3


def mended(text: str) -> tuple[str, str]:
    """Return a text with its garbled letters mended, and a note on what was or could not be mended; "" if nothing.

    ftfy undoes only what gives a text without garbled letters by one of the known ways in which letters get garbled,
    and leaves everything else as it is. Nothing is guessed: what it would replace with a mark for a lost letter stays.
    """
    import ftfy
    from ftfy import badness

    config = ftfy.TextFixerConfig(replace_lossy_sequences=False, restore_byte_a0=True, explain=False)
    lines = text.split("\n")
    found = [number for number, line in enumerate(lines) if not line.isascii() and badness.is_bad(line)]
    changed = 0
    for number in found:
        line = ftfy.fix_encoding(lines[number], config)
        if line != lines[number] and _LOST not in line:
            lines[number], changed = line, changed + 1
    left = any(badness.is_bad(lines[number]) for number in found)
    lost = text.count(_LOST)
    notes = []
    if changed:
        notes.append(f"is stored with garbled letters mended in {changed:,} line{'s' * (changed > 1)}")
    if left or lost >= _MIN_LOST:
        notes.append("holds garbled letters that cannot be mended")
    return "\n".join(lines) if changed else text, " and ".join(notes)
