"""The sentences to label, longest first, in padded batches; and the choice of how many go into one."""

import time

import numpy


def sorted_batches(ids, offsets, rows):
    """Yields (order [B], ids [B, T], mask [B, T]), padded to the batch's longest sentence."""
    lengths = offsets[1:] - offsets[:-1]
    order = numpy.argsort(-lengths, kind="stable")
    for start in range(0, len(order), rows):
        chosen = order[start : start + rows]
        width = int(lengths[chosen[0]])
        mask = (numpy.arange(width)[None, :] < lengths[chosen][:, None]).astype(numpy.int64)
        padded = numpy.zeros((len(chosen), width), dtype=numpy.int64)
        for place, row in enumerate(chosen):
            padded[place, : lengths[row]] = ids[offsets[row] : offsets[row + 1]]
        yield chosen, padded, mask


MOST_ROWS = 1024


def fastest_rows(run_pass, sentences):
    """Doubles the rows until a pass, the faster of two, takes a tenth longer than the best one: our side chooses by the same rule."""
    tried, best, best_ms = {}, 0, float("inf")
    rows = 8
    run_pass(rows)  # the first one warms up
    while rows <= MOST_ROWS:
        ms = min(milliseconds(run_pass, rows) for _ in range(2))
        tried[str(rows)] = round(ms, 1)
        if ms > 1.1 * best_ms:
            break
        if ms < best_ms:
            best, best_ms = rows, ms
        if rows >= sentences:
            break
        rows *= 2
    return best, tried


def milliseconds(run_pass, rows):
    start = time.perf_counter()
    run_pass(rows)
    return (time.perf_counter() - start) * 1e3
