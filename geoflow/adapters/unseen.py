"""Characters that a terminal obeys or does not show, made visible without loss. Light: the hot commands use it."""


def unseen_escaped(text: str) -> str:
    """Escape what a terminal obeys or does not show, such as U+009B and U+202E; JSON reads it as what it was.

    Line ends stay, and halves of surrogate pairs, which `encodable` looks after.
    """
    return "\n".join(line if line.isprintable() else "".join(map(_seen, line)) for line in text.split("\n"))


def _seen(character: str) -> str:
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def visible(text: str) -> str:
    """Make a text that is no JSON safe to show: what cannot be seen becomes an escape for good, as U+202E does."""
    return unseen_escaped(text).encode("utf-8", "replace").decode("utf-8")
