"""What pages say from results: a claim, its verdict, how it was measured, and the ledger."""

from IPython.display import Markdown

from experiments.claims import CLAIMS, verdict
from experiments.overfitting import gaps
from experiments.record import results
from experiments.spread import difference, plus_minus
from experiments.table import find

LAYERS = {"blur": "maximum, then blur", "max": "maximum"}
CLASSES = {"holds if": "important", "holds": "tip", "fails": "danger", "not": "note"}


def claim(name):
    """Quote a claim under its id."""
    return Markdown(f"> **{name}, as people say it.** {CLAIMS[name].text}")


def judged(name):
    """Show the verdict on a claim with the number that decided it."""
    found = verdict(name)
    kind = next(value for word, value in CLASSES.items() if found.verdict.startswith(word))
    return Markdown(
        f":::{{admonition}} Verdict on {name}: {found.verdict}\n:class: {kind}\n\n"
        f"{_sentence(found.number)}\n:::"
    )


def measured(name):
    """Show how an experiment was done: data, seeds, budget, versions, and its code, folded."""
    kept = results(name)
    budget = kept["budget"]
    facts = [f"Data: {kept['data']}."]
    if kept["seeds"]:
        facts.append(f"{len(kept['seeds'])} seeds.")
    if budget and budget["epochs"] > 1 and budget["test"]:
        facts.append(
            f"{budget['train']} images to train on and {budget['test']} to test on, "
            f"{budget['epochs']} epochs, where the code says no other."
        )
    versions = ", ".join(f"{package} {number}" for package, number in kept["versions"].items())
    facts.append(f"{kept['seconds']:.0f} s of CPU time with {versions}.")
    return Markdown(
        f":::{{dropdown}} How it was measured: `experiments/{name}.py`\n"
        f"{' '.join(facts)} Do it again, in the folder `book`: `python -m experiments {name}`.\n\n"
        f"```{{literalinclude}} experiments/{name}.py\n:language: python\n```\n:::"
    )


def ledger():
    """List all claims, by the page they are from, with their verdicts."""
    parts = []
    for source in dict.fromkeys(entry.source for entry in CLAIMS.values()):
        parts += [f"**From “{source}”**", "| claim | verdict, and what decided it |\n|---|---|"]
        for name, entry in CLAIMS.items():
            if entry.source == source:
                found, link = verdict(name), f"{{ref}}`{name} <{name.lower()}>`"
                number = _sentence(found.number)
                parts[-1] += f"\n| {link} {entry.text} | **{found.verdict}.** {number} |"
    return Markdown("\n\n".join(parts))


def tally():
    """Count the verdicts."""
    words = [verdict(name).verdict for name in CLAIMS]
    counts = {
        "hold as said": sum(word == "holds" for word in words),
        "hold under a condition": sum(word.startswith("holds if") for word in words),
        "fail": sum(word == "fails" for word in words),
        "could not be reproduced here": sum(word.startswith("not") for word in words),
    }
    parts = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return Markdown(f"**{len(words)} of {len(CLAIMS)} claims measured:** {parts}.")


def _sentence(text):
    return f"{text[0].upper()}{text[1:]}."


def surprise():
    """Say what taking every ReLU out of a small net does, by kind of pooling."""
    rows = results("linearity")["rows"]

    def score(kind, relu):
        return plus_minus(find(rows, kind=kind, relu=relu)["accuracy"])

    return Markdown(
        "For instance: take **every ReLU** out of a small net. With average pooling its accuracy "
        f"on Fashion-MNIST goes from {score('average', True)} % to {score('average', False)} %. "
        f"With max pooling it goes from {score('max', True)} % to **{score('max', False)} %**. "
        f"(Mean ± standard deviation over {len(results('linearity')['seeds'])} seeds.)"
    )


def ties():
    """Say how many 2×2 windows tie on real images, and what giving to all of them would do."""
    rows = results("backward")["rows"]
    parts = []
    for maps, words in (("pixels", "of the images"), ("after ReLU", "of the maps behind a ReLU")):
        row = find(rows, maps=maps)
        parts.append(
            f"{plus_minus(row['tied'])} % of the 2×2 windows {words} tie, and giving the gradient "
            f"to all would multiply its sum by {plus_minus(row['inflated'], 2)}"
        )
    return Markdown(f"On Fashion-MNIST, {'; '.join(parts)}.")


def gap_closed():
    """Say how much of the gap between train and test pooling closes, and by what."""
    rows = results("overfitting")["rows"]

    def closed(first, second):
        gain = difference(*(gaps(find(rows, net=net)) for net in (first, second)))
        return f"{gain} points" if gain.clear else f"{gain} points, a tie"

    none, few = "no pooling, many weights", "no pooling, few weights"
    pooled = "max pooling, few weights"
    return Markdown(
        f"How much smaller the gap gets, seed by seed: by max pooling {closed(none, pooled)}; by "
        f"fewer weights alone {closed(none, few)}; by max pooling where weights are few in both "
        f"nets {closed(few, pooled)}. So pooling helps, but not by the number of weights."
    )


def aliasing():
    """Tabulate how much an output changes when its input shifts by a pixel."""
    rows = [row for row in results("aliasing")["rows"] if "layer" in row]
    inputs = list(dict.fromkeys(row["inputs"] for row in rows))
    lines = [f"| stride 2 | {' | '.join(inputs)} |", "|---" * (len(inputs) + 1) + "|"]
    for layer in dict.fromkeys(row["layer"] for row in rows):
        cells = [plus_minus(find(rows, layer=layer, inputs=name)["change"], 2) for name in inputs]
        lines.append(f"| {LAYERS.get(layer, layer)} | {' | '.join(cells)} |")
    return Markdown("\n".join(lines))


def summary(chapter):
    """List the verdicts of a chapter's claims, without numbers."""
    lines = ["| claim | verdict |", "|---|---|"]
    for name, entry in CLAIMS.items():
        if entry.chapter == chapter:
            link = f"{{ref}}`{name} <{name.lower()}>`"
            lines.append(f"| {link} {entry.text} | **{verdict(name).verdict}** |")
    return Markdown("\n".join(lines))


def rivals():
    """Say how nets that the figure leaves out take a shift."""
    rows = results("robustness")["rows"]

    def score(net, amount):
        return plus_minus(find(rows, net=net, change="shift", amount=amount)["accuracy"])

    return Markdown(
        f"Not in the figure: a global average behind *blurred* max pooling has "
        f"{score('blur + GAP', 1)} % at 1 px and {score('blur + GAP', 4)} % at 4 px. Average "
        f"pooling has {score('average', 2)} % at 2 px and {score('average', 4)} % at 4 px, strided "
        f"convolutions have {score('stride', 2)} % and {score('stride', 4)} %."
    )
