/* A net with a linear layer at its end, as a convolution: one pass, or window by window. */
(() => {
  "use strict";
  const { table, scoreMap, crop, slidingCost } = courseNumbers;
  const { svg, controls, cells, picture, tidy, grouped, widget } = courseDrawing;
  const KERNEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]];
  const PIXEL = 12;

  /* Fixed numbers that look like chance. */
  const noise = (i, j) => ((i * 37 + j * 101 + i * j * 13) % 17) / 16;
  const linear = (side) => table(side, side, (i, j) => noise(i + 3, j + 5) - 0.5);

  widget("sliding", (_, form, show) => {
    const state = { size: 16, window: 8, padding: "0", place: 1 };
    const { limit } = controls(form, {
      size: ["Image", 12, 24], window: ["Window", 6, 12],
      padding: ["Padding in the net", [["0", "none"], ["1", "zeros, one pixel"]]], place: ["Place", 1, 9],
    }, state, draw);
    for (const input of [...form.querySelectorAll("input")].slice(0, 2)) input.step = 2;

    function draw() {
      const { size, window } = state;
      const padding = Number(state.padding);
      const image = table(size, size, noise);
      const weights = linear(Math.floor((window + 2 * padding - 2) / 2));
      const scores = scoreMap(image, KERNEL, padding, weights);
      const side = scores.length;
      limit("place", 1, side * side);
      const [row, column] = [Math.floor((state.place - 1) / side), (state.place - 1) % side];
      const alone = scoreMap(crop(image, 2 * row, 2 * column, window), KERNEL, padding, weights)[0][0];
      const score = scores[row][column];
      const same = Math.abs(alone - score) < 1e-9;
      const { places, together, apart } = slidingCost(size, window, KERNEL.length, padding);
      const frame = { class: "frame", x: 2 * column * PIXEL, y: 2 * row * PIXEL, width: window * PIXEL, height: window * PIXEL };
      show(
        `Place ${state.place} of ${places}. In one pass its score is ${tidy(score, 3)}, from the window cut out ${tidy(alone, 3)}: ${same ? "the same" : "not the same"}. ` +
        `Multiplications: ${grouped(together)} in one pass, ${grouped(apart)} window by window.`,
        picture("image and window", size * PIXEL, size * PIXEL,
          cells(image, PIXEL, (value) => ({ shade: value })), svg("rect", frame)),
        picture("scores", side * 30, side * 30, cells(scores, 30, (value, i, j) =>
          ({ kind: i === row && j === column ? "seen" : "", text: tidy(value, 1) }))),
      );
    }
    draw();
  });
})();
