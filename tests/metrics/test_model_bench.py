import pytest

from geoflow.metrics.bench_items import ASKED, JUDGED, MENDED
from geoflow.metrics.model_bench import Mark, ask_mark, figures, judge_mark, mend_mark, profile_of

GOOD = Mark(formed=True, honest=True, right=True)


def test_the_set_has_as_many_clear_as_open_requirements_and_no_item_twice() -> None:
    assert sum(item.testable for item in JUDGED) * 2 == len(JUDGED)
    texts = [*(item.text for item in JUDGED), *(item.sentence for item in MENDED), *(item.question for item in ASKED)]
    assert len(set(texts)) == len(texts) == 42


def test_every_right_sentence_is_another_than_the_given_one_and_every_answer_stands_in_its_extract() -> None:
    assert all(item.sentence not in item.right for item in MENDED)
    assert all(item.word in item.extracts[item.source - 1] for item in ASKED)


def test_a_judge_that_quotes_and_is_right_gets_full_marks() -> None:
    item = JUDGED[0]

    assert judge_mark(item, {"quote": "SHALL refuse images", "testable": True, "why": ""}, 1) == GOOD


@pytest.mark.parametrize(
    ("value", "attempts", "expected"),
    [
        ({"quote": "not in it", "testable": True}, 1, Mark(formed=True, honest=False, right=True)),
        ({"quote": "SHALL refuse", "testable": False}, 1, Mark(formed=True, honest=True, right=False, alarm=True)),
        ({"quote": "", "testable": "yes"}, 2, Mark(formed=False, honest=False, right=False, alarm=True)),
        ({}, 2, Mark(formed=False, honest=False, right=False, alarm=True)),
    ],
)
def test_a_judge_is_marked_for_what_it_lacks(value: dict[str, object], attempts: int, expected: Mark) -> None:
    assert judge_mark(JUDGED[0], value, attempts) == expected


def test_a_span_is_right_when_the_whole_sentence_is() -> None:
    item = MENDED[0]

    assert mend_mark(item, {"old_span": "quickly scale", "new_span": "scale"}, 1) == GOOD
    assert mend_mark(item, {"old_span": "quickly", "new_span": ""}, 1) == GOOD
    assert not mend_mark(item, {"old_span": "quickly scale each image", "new_span": "scale"}, 1).right
    assert not mend_mark(item, {"old_span": "fast", "new_span": ""}, 1).honest


def test_an_answer_needs_the_right_extract_and_its_word() -> None:
    item = ASKED[0]

    assert ask_mark(item, {"source": 1, "quote": "larger than 20 MB", "answer": "20 MB"}, 1) == GOOD
    assert not ask_mark(item, {"source": 2, "quote": "after 15 minutes", "answer": "20"}, 1).right
    assert not ask_mark(item, {"source": 9, "quote": "x", "answer": "20"}, 1).honest


def test_only_a_model_that_is_right_honest_and_roomy_is_large() -> None:
    good = figures([GOOD] * 24, [GOOD] * 10, [GOOD] * 8, 12)
    poor = figures([GOOD] * 12 + [Mark(formed=True, honest=True, right=False)] * 12, [GOOD] * 10, [GOOD] * 8, 12)

    assert profile_of(good, 8192) == "large"
    assert profile_of(good, 4096) == "small"
    assert profile_of(poor, 32768) == "small"
    assert poor.judging == 0.5
