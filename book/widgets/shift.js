/* Shift a picture and watch what three ways to keep a quarter of it hand on. */
(() => {
  "use strict";
  const { table, roll, shrink } = courseNumbers;
  const { controls, cells, picture, tidy, widget } = courseDrawing;
  const SIDE = 12;
  const disc = (i, j) => (Math.hypot(i - 5.5, j - 5.5) < 3.6 ? 1 : 0);
  const wave = (i) => (1 + Math.cos((2 * Math.PI * i) / SIDE)) / 2;
  const PICTURES = {
    stripes: ["stripes", (i, j) => (j % 4 > 1 ? 1 : 0)],
    lines: ["thin lines", (i, j) => j % 2],
    pixel: ["a single pixel", (i, j) => (i === 4 && j === 4 ? 1 : 0)],
    disc: ["a disc", disc],
    smooth: ["a smooth hill", (i, j) => wave(i - 6) * wave(j - 6)],
  };
  const WAYS = { max: "maximum", stride: "every second", blur: "max, then blur" };

  function compare(before, after) {
    const steps = after.flat().map((value, i) => Math.abs(value - before.flat()[i]));
    const changed = steps.filter((step) => step > 1e-9).length;
    return { changed, mean: steps.reduce((a, b) => a + b) / steps.length };
  }

  const drawn = (title, values, size) =>
    picture(title, values.length * size, values.length * size,
      cells(values, size, (value) => ({ shade: value })));

  widget("shift", (_, form, show) => {
    const state = { image: "stripes", right: 0, down: 0 };
    const words = Object.entries(PICTURES).map(([name, [label]]) => [name, label]);
    controls(form, {
      image: ["Picture", words], right: ["Shift right", 0, 8], down: ["Shift down", 0, 8],
    }, state, draw);

    function draw() {
      const still = table(SIDE, SIDE, PICTURES[state.image][1]);
      const moved = roll(still, state.down, state.right);
      const parts = Object.entries(WAYS).map(([way, title]) => {
        const after = shrink[way](moved);
        const { changed, mean } = compare(shrink[way](still), after);
        return {
          drawn: drawn(title, after, 17),
          words: `${title}: ${changed} of ${after.flat().length} values (mean change ${tidy(mean)})`,
        };
      });
      show(
        `Changed by a shift of ${state.right} right and ${state.down} down: ${parts.map((part) => part.words).join("; ")}.`,
        drawn("picture", moved, 12), ...parts.map((part) => part.drawn),
      );
    }
    draw();
  });
})();
