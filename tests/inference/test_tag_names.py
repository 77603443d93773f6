"""From a hundred raw tags to a few informative words."""

from __future__ import annotations

import numpy as np
import pytest

from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.inference.tag_names import SYNONYMS, salient_tags, shown_probabilities


def test_every_synonym_is_a_tag_of_the_backbone_and_used_once(musicnn: Classifier) -> None:
    used = [tag for tags in SYNONYMS.values() for tag in tags]
    assert len(used) == len(set(used))
    assert set(used) <= set(musicnn.metadata.tags)


def test_only_words_about_taste_and_time_are_left_out(musicnn: Classifier) -> None:
    used = {tag for tags in SYNONYMS.values() for tag in tags}
    assert set(musicnn.metadata.tags) - used == {
        "mtt:weird",
        *(f"msd:{year}s" for year in ("60", "70", "80", "90", "00")),
        *(f"msd:{opinion}" for opinion in ("beautiful", "sexy", "catchy", "oldies")),
    }


def test_synonyms_strengthen_each_other() -> None:
    tags = ("mtt:female", "mtt:woman", "msd:female vocalists", "mtt:piano", "mtt:weird")
    shown = shown_probabilities(tags, np.array([0.5, 0.5, 0.2, 0.3, 0.9]))
    assert shown["female vocal"] == pytest.approx(1 - 0.5 * 0.5 * 0.8)
    assert shown["piano"] == pytest.approx(0.3)
    assert set(shown) == {"female vocal", "piano"}


def test_a_rare_word_beats_a_usual_one() -> None:
    words = salient_tags({"guitar": 0.4, "sitar": 0.3}, {"guitar": 0.25, "sitar": 0.02})
    assert [word for word, _ in words] == ["sitar", "guitar"]
    assert dict(words)["sitar"] == 0.3


def test_usual_or_unlikely_words_are_not_shown() -> None:
    assert salient_tags({"guitar": 0.25, "opera": 0.05}, {"guitar": 0.25, "opera": 0.001}) == ()
    assert salient_tags({}, {}) == ()


def test_a_word_of_unknown_rate_is_not_shown() -> None:
    assert salient_tags({"piano": 0.9}, {}) == ()


def test_the_more_specific_word_replaces_the_general_one() -> None:
    rates = {"vocals": 0.1, "female vocal": 0.1, "rock": 0.1, "metal": 0.03}
    words = salient_tags({"vocals": 0.8, "female vocal": 0.7, "rock": 0.6, "metal": 0.5}, rates)
    assert {word for word, _ in words} == {"female vocal", "metal"}
    assert [word for word, _ in salient_tags({"vocals": 0.8}, rates)] == ["vocals"]


def test_a_duet_has_two_voices_and_a_singer_one() -> None:
    rates = {"female vocal": 0.09, "male vocal": 0.06}
    assert len(salient_tags({"female vocal": 0.7, "male vocal": 0.4}, rates)) == 2
    assert salient_tags({"female vocal": 0.2, "male vocal": 0.5}, rates) == (("male vocal", 0.5),)


def test_only_a_few_words_are_shown() -> None:
    words = salient_tags(dict.fromkeys(list(SYNONYMS)[:20], 0.9), dict.fromkeys(SYNONYMS, 0.05))
    assert len(words) == 6
