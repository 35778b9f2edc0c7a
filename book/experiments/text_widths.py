"""C17: how wide the kernel of a text net has to be, for a made-up task and for real sentences."""

import torch

from experiments.docstrings import LENGTH, LIBRARIES, paragraphs, versions
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.text_nets import conv_weights, sight, text_net
from experiments.train import accuracy, fit, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=1600, test=0, epochs=10)
RATE, TESTED = 1e-2, 1600
# Sequences of this many tokens, of which two are A and B.
TOKENS, A, B, LONG = 20, 1, 2, 24
DISTANCES, WIDTHS = (2, 4, 6), (1, 2, 3, 4, 5, 6, 7)
# Width and depth of nets that see 5 or 7 tokens, by several layers.
DEEP = ((2, 4), (3, 2), (3, 3), (2, 6))
REAL_NETS = ((1, 1), (2, 1), (3, 1), (5, 1), (7, 1), (3, 2), (3, 3))
PARAGRAPHS, KNOWN = 900, 2000
REAL_EPOCHS = 8


def run(seeds=SEEDS, budget=FULL):
    """Train text nets of every width, shallow and deep.

    Returns
    -------
    Table
        A row a `task`, `width` and `depth`, with what a value `sees` in tokens, the `weights` of
        the convolutions and `test` accuracy in percent. The task is the distance asked for, or
        `library` (which of four a paragraph is from), or `order` (as written, or shuffled). One
        row for the net of width 2 that was asked for distance 2: the percentages of lines with A
        and B 3 apart that it takes for 2, if both tokens between are the same (`fooled`) or not.
    """
    labels = ("task", "width", "depth", "sees", "weights")
    rows = over_seeds(lambda seed: _measure(seed, budget), seeds, labels)
    return Table(rows, f"tokens drawn at random; paragraphs of the docstrings of {versions()}")


def _measure(seed, budget):
    rows = []
    for distance in DISTANCES:
        data = apart(distance, budget.train, seed) + apart(distance, TESTED, seed + 1000)
        nets = [(width, 1) for width in WIDTHS]
        nets += [net for net in DEEP if distance == 4]
        rows += [_row(distance, *net, data, TOKENS, seed, budget.epochs) for net in nets]
    epochs = min(budget.epochs, REAL_EPOCHS)
    for task, make in (("library", from_libraries), ("order", in_order)):
        data = make(seed, budget)
        rows += [_row(task, *net, data, KNOWN, seed, epochs) for net in REAL_NETS]
    return [*rows, {"width": 2, "depth": 1, **_echoes(seed, budget)}]


def _trained(width, depth, x, y, vocabulary, seed, epochs):
    classes = int(y.max()) + 1
    model = seeded(seed, lambda: text_net(vocabulary, width, depth, classes))
    return fit(model, x, y, seed=seed, epochs=epochs, learning_rate=RATE)


def _row(task, width, depth, data, vocabulary, seed, epochs):
    x, y, x_test, y_test = data
    model = _trained(width, depth, x, y, vocabulary, seed, epochs)
    return {
        "task": task,
        "width": width,
        "depth": depth,
        "sees": sight(width, depth),
        "weights": conv_weights(width, depth),
        "test": accuracy(model, x_test, y_test),
    }


def _echoes(seed, budget):
    """Test whether a kernel of width 2 finds distance 2 by the token between, which it sees twice.

    `A x B` has it in the windows `A x` and `x B`; so have, at distance 3, the lines `A x x B`.
    """
    model = _trained(2, 1, *apart(2, budget.train, seed), TOKENS, seed, budget.epochs)
    x, y = apart(3, TESTED, seed + 1000)
    x = x[y == 1]
    after = (x == A).long().argmax(1, keepdim=True) + 1
    x = x[(x.gather(1, after) != x.gather(1, after + 1)).flatten()]
    after = (x == A).long().argmax(1, keepdim=True) + 1
    same = x.scatter(1, after + 1, x.gather(1, after))
    yes = torch.ones(len(x), dtype=torch.long)
    return {"fooled": accuracy(model, same, yes), "not_fooled": accuracy(model, x, yes)}


def apart(distance, count, seed):
    """Draw sequences with one A and, behind it, one B: `distance` apart, or one more or less.

    Returns
    -------
    tuple of Tensor
        Tokens `(count, LONG)`, and 1 where the distance is as asked for, which is every second.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(B + 1, TOKENS, (count, LONG), generator=generator)
    y = torch.arange(count) % 2
    off = 2 * torch.randint(2, (count,), generator=generator) - 1
    gap = distance + torch.where(y == 1, 0, off)
    # A and B keep away from both ends, which a net without padding sees less of.
    room = LONG - 2 * max(WIDTHS) - distance
    first = max(WIDTHS) + torch.randint(room, (count,), generator=generator)
    each = torch.arange(count)
    x[each, first], x[each, first + gap] = A, B
    return x, y


def from_libraries(seed, budget):
    """Draw paragraphs, and for each the library that it is from."""
    drawn = _drawn(seed, budget)
    return tuple(part for texts in drawn for part in (_tokens(texts, drawn[0]), _sources(texts)))


def in_order(seed, budget):
    """Draw paragraphs, each as it was written and a second time with its words shuffled."""
    generator = torch.Generator().manual_seed(seed)
    drawn = _drawn(seed, budget)
    parts = []
    for texts in drawn:
        x = _tokens(texts, drawn[0])
        order = torch.rand(x.shape, generator=generator).argsort(1)
        parts += [torch.cat([x, x.gather(1, order)]), torch.arange(2 * len(x)) // len(x)]
    return tuple(parts)


def _drawn(seed, budget):
    """Draw pairs of words and label, to train on and to test on, from different files."""
    generator = torch.Generator().manual_seed(seed)
    corpus = [
        (words, label, tested)
        for label, library in enumerate(LIBRARIES)
        for words, tested in paragraphs(library, PARAGRAPHS)
    ]
    parts = []
    for wanted, size in ((False, budget.train), (True, TESTED)):
        texts = [(words, label) for words, label, tested in corpus if tested is wanted]
        chosen = torch.randperm(len(texts), generator=generator)[:size]
        parts.append([texts[i] for i in chosen])
    return parts


def _sources(texts):
    return torch.tensor([label for _, label in texts])


def _tokens(texts, known_from):
    """Give numbers to the commonest words of `known_from`, and to all others 1."""
    counts = {}
    for words, _ in known_from:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: (-counts[word], word))[: KNOWN - 2]
    number = {word: place for place, word in enumerate(common, start=2)}
    rows = [[number.get(word, 1) for word in words] for words, _ in texts]
    return torch.tensor(rows).reshape(-1, LENGTH)


def tested(rows, task, width, depth=1):
    """Test accuracies of a net, a value a seed."""
    return find(rows, task=task, width=width, depth=depth)["test"]


def verdicts(rows):
    """Decide C17 by the width that a task needs, and by shallow against deep at equal sight."""

    def gain(task, first, second):
        return difference(tested(rows, task, *first), tested(rows, task, *second))

    wide = {task: gain(task, (7,), (3,)) for task in (2, 4, 6, "library", "order")}
    deep = gain(4, (3, 2), (5,))
    number = (
        f"two tokens 6 apart: width 5 {plus_minus(tested(rows, 6, 5))} %, 6 "
        f"{plus_minus(tested(rows, 6, 6))} %, 7 {plus_minus(tested(rows, 6, 7))} %; on real "
        f"sentences, width 7 minus width 3: {wide['library']} points where the library is asked "
        f"for (width 1 alone: {plus_minus(tested(rows, 'library', 1))} %), {wide['order']} where "
        f"the order is; two layers of 3 minus one of 5, which see as much: {deep} points on the "
        f"made-up task, {gain('library', (3, 2), (5,))} and {gain('order', (3, 2), (5,))} on "
        "sentences"
    )
    if not wide[6].above:
        return {"C17": Verdict("fails", number)}
    if wide["library"].above and wide["order"].above:
        return {"C17": Verdict("holds", number)}
    return {
        "C17": Verdict(
            "holds if the task joins words that are far apart; the sentences measured do not",
            number,
        )
    }
