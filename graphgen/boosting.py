"""Gradient boosting, as everything that learns from rows does it."""

from __future__ import annotations

from typing import Any

__all__ = ["booster"]


def booster(seed: int, *, learning_rate: float, trees: int) -> Any:  # noqa: ANN401 - scikit-learn's
    """Give a classifier of scikit-learn that has learnt nothing yet; `ImportError` without it."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=learning_rate,
        max_iter=trees,
        # crimes are few and columns many: trees that see other columns each learn more of them
        max_features=0.3,
        max_leaf_nodes=15,
        min_samples_leaf=30,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed % (1 << 32),
    )
