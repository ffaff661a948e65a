"""The words behind the rules. INCOSE numbers are those of the Guide to Writing Requirements, version 4."""

MANNER = (
    "gracefully appropriately properly correctly seamlessly smoothly easily conveniently intuitively elegantly "
    "nicely cleanly effectively efficiently robustly adequately sufficiently suitably sensibly reasonably safely "
    "sanely flexibly reliably optimally"
).split()
"""Adverbs that judge instead of say (INCOSE R7): what is left without them is what can be tested."""

QUALITY = (
    "appropriate suitable proper adequate sensible reasonable user-friendly intuitive seamless robust flexible "
    "easy-to-use meaningful elegant nice efficient optimal state-of-the-art"
).split()
"""Adjectives that judge instead of say (INCOSE R7)."""

AMOUNT = (
    "quickly fast rapidly promptly timely soon frequently periodically regularly occasionally several many "
    "various numerous few large small minimal minimum maximal significant significantly substantially "
    "approximately roughly"
).split()
"""Words that stand for a number nobody gave (INCOSE R6, R7): only an answer can mend them."""

ESCAPES = (
    "if possible",
    "where possible",
    "when possible",
    "whenever possible",
    "as far as possible",
    "as much as possible",
    "if practical",
    "where practicable",
    "if feasible",
    "where appropriate",
    "when appropriate",
    "if appropriate",
    "as appropriate",
    "to the extent possible",
)
"""Clauses that let the reader off (INCOSE R8): the obligation is the same without them."""

UNNAMED_CONDITIONS = (
    "if necessary",
    "when necessary",
    "where necessary",
    "as necessary",
    "if needed",
    "when needed",
    "as needed",
    "as required",
    "if applicable",
    "where applicable",
    "as applicable",
)
"""Conditions that nobody named (INCOSE R8): without them something else would be asked for, so they need an answer."""

OPEN_ENDS = ("including but not limited to", "but not limited to", "and so on", "and so forth", "and the like", "etc.")
"""Clauses that leave a list open (INCOSE R9)."""

INFINITIVES = ("be able to", "have the ability to", "have the capability to")
"""Superfluous infinitives before a verb (INCOSE R10): the verb alone says the same."""

PLACEHOLDERS = ("TBD", "TBC", "TODO", "FIXME", "XXX")
"""Marks of something still to be written."""
