"""Which answer to a question may license an edit: one that a person stands behind, and that still holds."""

import re

from geoflow.questions.question import PassagesOf, Question, Reply, best_reply

WITHDRAWN = "the question was withdrawn"
UNANSWERED = "nobody has answered yet"
REJECTED = "every answer was rejected"
STALE = "the documents that the answer rests on have changed"
NAMELESS = "the answer does not say which person stands behind it"
_WORDS_LOOKED_FOR = 12


def licensing_answer(question: Question, passages_of: PassagesOf) -> Reply | str:
    """Give the answer that licenses, or say why there is none; the documents are those of the base commit."""
    if question.withdrawn:
        return WITHDRAWN
    if not question.replies:
        return UNANSWERED
    reply = best_reply(question, passages_of)
    if reply is None:
        return STALE if any(one.rejected is None for one in question.replies) else REJECTED
    if not reply.is_persons:
        return f"no person has confirmed the answer of {reply.name or 'an unknown author'}"
    return reply if person_behind(reply) else NAMELESS


def person_behind(reply: Reply) -> str:
    """Name who gave an answer or confirmed it; empty where nobody is named, or its own author confirmed it.

    Nobody but a person confirms: an agent that put its own name there has confirmed nothing.
    """
    own = reply.name.strip()
    if reply.kind == "person" and own:
        return own
    by = reply.confirmed.by.strip() if reply.confirmed else ""
    return by if by.casefold() != own.casefold() else ""


def answer_line(file: str, question: Question, reply: Reply) -> int:
    """Find the line of a question's file in which an answer begins; 0 where it is written too unusually to be found."""
    same = [one.id for one in question.replies if one.text.split() == reply.text.split()]
    words = [re.escape(word).replace("'", "''?").replace('"', r'\\?"') for word in reply.text.split()]
    begun = r"[\s\\]+".join(words[:_WORDS_LOOKED_FOR])
    begins = rf"\btext:\s*(?:[|>][-+\d]*\s+)?[\"']?(?P<words>{begun})"
    places = [match.start("words") for match in re.finditer(begins, file)]
    index = same.index(reply.id)
    return file.count("\n", 0, places[index]) + 1 if index < len(places) else 0
