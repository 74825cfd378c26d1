"""Linear heads over character n-grams, and the decisions on top of them, fitted on writers they have not seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from bot.training.corpus import Example
from handlers.understanding.decide import (
    CATEGORY_COLUMNS,
    COLUMNS,
    FRAUD,
    LOW,
    PASTED,
    REQUEST,
    TYPE_COLUMNS,
    URGENT,
)
from handlers.understanding.normal import for_models
from storage.model.tickets import Urgency

Floats = NDArray[np.float64]
GRAMS = (1, 3)
FEWEST = 3
"""An n-gram of fewer messages is an accident."""
MOST = 26_000
C = 1.0
NAIVE = 0.5
"""How much a naive Bayes of the same features has to say beside the margin: together they err less on strangers."""


@dataclass(frozen=True, slots=True)
class Heads:
    """`weights`: features by columns. `features`: their n-grams, in row order."""

    vectorizer: TfidfVectorizer
    features: list[str]
    weights: Floats
    bias: Floats

    def scores(self, texts: Iterable[str]) -> Floats:
        """messages by columns, as scikit-learn computes them."""
        matrix = self.vectorizer.transform([for_models(text) for text in texts])
        return np.asarray(matrix @ self.weights + self.bias)


def targets(examples: Sequence[Example]) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """column → (which examples it is learnt from, which of all are a yes)."""

    def flags(values: Iterable[bool]) -> NDArray[np.bool_]:
        return np.fromiter(values, dtype=bool, count=len(examples))

    everything = np.ones(len(examples), dtype=bool)
    fraud = flags(e.fraud for e in examples)
    request = flags(e.labels.is_request for e in examples)
    table = {
        REQUEST: (everything, request),
        FRAUD: (everything, fraud),
        URGENT: (everything, flags(e.labels.urgency == Urgency.URGENT for e in examples)),
        LOW: (request, flags(e.labels.urgency == Urgency.LOW for e in examples)),
        PASTED: (fraud, ~request),
    }
    for category, column in CATEGORY_COLUMNS.items():
        table[column] = (everything, flags(e.labels.category == category for e in examples))
    for kind, column in TYPE_COLUMNS.items():
        table[column] = (fraud, flags(e.labels.fraud_type == kind for e in examples))
    return table


def fit(examples: Sequence[Example]) -> Heads:
    """Train every head. The same examples give the same heads."""
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=GRAMS, min_df=FEWEST, max_features=MOST, sublinear_tf=True, lowercase=False
    )
    matrix = vectorizer.fit_transform([for_models(e.text) for e in examples])
    table = targets(examples)
    weights = np.zeros((matrix.shape[1], len(COLUMNS)))
    bias = np.zeros(len(COLUMNS))
    for place, column in enumerate(COLUMNS):
        which, yes = table[column]
        weights[:, place], bias[place] = _head(matrix[which], yes[which])
    return Heads(vectorizer, list(vectorizer.get_feature_names_out()), weights, bias)


def _head(matrix: Any, yes: NDArray[np.bool_]) -> tuple[Floats, float]:
    """A margin and a naive Bayes, added on one scale; the sum is as linear as either."""
    margin = LinearSVC(C=C, class_weight="balanced", random_state=0).fit(matrix, yes)
    bayes = ComplementNB(alpha=0.3).fit(matrix, yes)
    odds = bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]
    told, guessed = matrix @ margin.coef_[0], matrix @ odds
    share = NAIVE * float(np.std(told) / np.std(guessed))
    return margin.coef_[0] + share * odds, float(margin.intercept_[0] - share * np.mean(guessed))


def unseen_scores(examples: Sequence[Example]) -> Floats:
    """Every message scored by heads that have seen nothing of its writer: what strangers' messages will get."""
    sources = np.array([e.source for e in examples])
    scores = np.zeros((len(examples), len(COLUMNS)))
    for source in np.unique(sources):
        theirs = sources == source
        heads = fit([e for e, out in zip(examples, theirs, strict=True) if not out])
        scores[theirs] = heads.scores(e.text for e, out in zip(examples, theirs, strict=True) if out)
    return scores


def fit_rule(signs: Floats, yes: NDArray[np.bool_]) -> dict[str, Any]:
    """Weights of a decision; its threshold is chosen afterwards."""
    line = LogisticRegression(C=10.0, max_iter=1000).fit(signs, yes)
    weights = [round(float(w), 4) for w in line.coef_[0]]
    return {"weights": weights, "bias": round(float(line.intercept_[0]), 4), "threshold": 0.5}
