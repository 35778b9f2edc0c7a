/* A pooling window over numbers: what it takes, how often a pixel is used, what comes back. */
(() => {
  "use strict";
  const { windows, winner, pool, poolUses, poolBackward, each, table } = courseNumbers;
  const { controls, cells, picture, tidy, widget } = courseDrawing;
  const NUMBERS = [
    [1, 3, 2, 0, 7, 1], [5, 2, 1, 1, 0, 2], [0, 0, 4, 6, 3, 3],
    [1, 2, 0, 2, 5, 3], [8, 0, 1, 0, 2, 9], [2, 6, 0, 4, 1, 2],
  ];
  const CELL = 28;
  const KINDS = [["max", "maximum"], ["average", "average"]];
  const VIEWS = [
    ["forward", "one window"], ["uses", "uses"], ["backward", "gradients"],
  ];

  const inside = (places, row, column) => places.some(([i, j]) => i === row && j === column);

  /* The input with its padding around it, in the chosen view. */
  function inputCells({ kind, view, padding }, values, window) {
    const side = NUMBERS.length + 2 * padding;
    const [row, column] = winner(NUMBERS, window);
    return cells(table(side, side, (i, j) => [i - padding, j - padding]), CELL, ([i, j]) => {
      const value = values[i]?.[j];
      const outside = view === "forward" ? (kind === "max" ? "−∞" : "0") : "";
      const marks = [
        value === undefined && "padding",
        view === "forward" && inside(window, i, j) && "seen",
        view === "forward" && kind === "max" && i === row && j === column && "winner",
        view !== "forward" && value > 0 && "seen",
      ];
      return { kind: marks.filter(Boolean).join(" "), text: value === undefined ? outside : tidy(value) };
    });
  }

  function sayWindow({ kind, place }, output, window) {
    const values = window.map(([i, j]) => NUMBERS[i]?.[j]).filter((value) => value !== undefined);
    const flat = output.flat();
    const what = kind === "max" ? "maximum" : "average (padding counts as 0)";
    return `Window ${place} of ${flat.length} sees ${values.join(", ")}: the ${what} is ${tidy(flat[place - 1])}.`;
  }

  function sayUses(uses) {
    const flat = uses.flat();
    const unseen = flat.filter((n) => n === 0).length;
    return `${unseen} of ${flat.length} pixels are in no window; the busiest is in ${Math.max(...flat)}.`;
  }

  function sayBack(gradient, output) {
    const flat = gradient.flat();
    const total = flat.reduce((a, b) => a + b);
    const reached = flat.filter((value) => value > 0).length;
    return `${output.flat().length} outputs send back 1 each; ${reached} of ${flat.length} pixels get something, ${tidy(total)} in all.`;
  }

  widget("pooling", ({ view = "forward" }, form, show) => {
    const state = { kind: "max", kernel: 2, stride: 2, padding: 0, place: 1, view };
    const { limit } = controls(form, {
      kind: ["Take the", KINDS], view: ["Show", VIEWS], kernel: ["Window", 1, 4],
      stride: ["Stride", 1, 4], padding: ["Padding", 0, 2], place: ["Place", 1, 9],
    }, state, draw);

    function draw() {
      limit("padding", 0, Math.floor(state.kernel / 2));
      const { kind, kernel, stride, padding } = state;
      const output = pool(NUMBERS, kind, kernel, stride, padding);
      limit("place", 1, output.flat().length);
      const window = windows(NUMBERS, kernel, stride, padding).flat()[state.place - 1];
      const uses = poolUses(NUMBERS, kernel, stride, padding);
      const back = poolBackward(each(output, () => 1), NUMBERS, kind, kernel, stride, padding);
      const values = { forward: NUMBERS, uses, backward: back }[state.view];
      const marked = (value, i, j) => ({
        kind: state.view === "forward" && i * output.length + j + 1 === state.place ? "seen" : "",
        text: tidy(value),
      });
      const wide = (NUMBERS.length + 2 * padding) * CELL;
      const small = output.length * (CELL + 6);
      show(
        { forward: () => sayWindow(state, output, window), uses: () => sayUses(uses), backward: () => sayBack(back, output) }[state.view](),
        picture("input", wide, wide, inputCells(state, values, window)),
        picture("output", small, small, cells(output, CELL + 6, marked)),
      );
    }
    draw();
  });
})();
