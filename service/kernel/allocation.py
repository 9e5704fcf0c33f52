"""The one way a whole is split into parts that sum to it."""

from collections.abc import Sequence


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` by `weights` with the largest remainder; ties go to the earlier part.

    Weights are not negative. When all are zero the first part takes everything; without parts the
    total must be zero. `total` may be negative: the split mirrors that of its absolute value.
    """
    if not weights:
        if total:
            raise ValueError("nothing to allocate to")
        return []
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    if left:
        behind = [whole * parts[i] - total * weight for i, weight in enumerate(weights)]
        for i in sorted(range(len(weights)), key=behind.__getitem__)[:left]:
            parts[i] += 1
    return parts
