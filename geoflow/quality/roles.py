"""The roles that may look at a requirement or a pair, each with one closed question and the code of its findings.

Open review ("what is wrong here?") does not work with small models: they answer that nothing is. So each role asks
for one thing, and its answer is a yes or a no with a quote.
"""

from typing import NamedTuple


class Role(NamedTuple):
    """A role: the question whose answer `true` is an objection, what the objection means, and what to do about it."""

    name: str
    code: str
    question: str
    message: str
    fix: str


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "architecture",
            "GF502",
            "Does it prescribe a mechanism (a table, a class, a library) instead of what can be observed from outside?",
            "it prescribes a mechanism",
            "say what can be observed from outside, and leave the mechanism to design.md",
        ),
        Role(
            "requirements",
            "GF503",
            "Does its sentence with SHALL or MUST ask for two or more separate things?",
            "it asks for more than one thing",
            "write a requirement for each thing",
        ),
        Role(
            "usability",
            "GF504",
            "Does a person have to act or wait here, without a word on what that person is shown?",
            "it leaves open what the person is shown",
            "say what the person sees, and when",
        ),
        Role(
            "scalability",
            "GF505",
            "Does it collect or list things whose number can grow, without a limit or a page size?",
            "it names no limit for what can grow",
            "name the largest number, and what happens beyond it",
        ),
        Role(
            "testing",
            "GF501",
            "Does its sentence with SHALL or MUST judge (good, nice, simple) or leave a limit open, so no test fails?",
            "no test could fail this",
            "say what can be observed, with a limit where there is one",
        ),
        Role(
            "performance",
            "GF506",
            "Does it ask for speed, or for little use of memory or disk, without a figure?",
            "it asks for performance without a figure",
            "name the figure, and under which load it holds",
        ),
        Role(
            "security",
            "GF507",
            "Does it give access to something or take input, without a word on who may or what is refused?",
            "it does not say who may, or what is refused",
            "say who may, and what happens to everyone and everything else",
        ),
    )
}

CONSISTENCY = Role(
    "consistency",
    "GF508",
    "Is there a situation to which both apply, and in which nothing can do what both of them ask for?",
    "it cannot hold together with",
    "decide which one holds, or write when each does",
)
"""Looks at two requirements at a time, and at none alone."""
NAMES = (*ROLES, CONSISTENCY.name)
_BY_CODE = {role.code: role.name for role in (*ROLES.values(), CONSISTENCY)}


def role_of_code(code: str) -> str:
    """Name the role whose findings have a code; empty where it is a rule's."""
    return _BY_CODE.get(code, "")
