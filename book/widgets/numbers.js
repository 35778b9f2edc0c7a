/* What the widgets compute. Maps are lists of rows; nothing here draws. Tests compare with the course's layers. */
(() => {
  "use strict";

  const range = (n) => Array.from({ length: n }, (_, i) => i);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const table = (rows, columns, make) => range(rows).map((i) => range(columns).map((j) => make(i, j)));
  const each = (map, make) => map.map((row, i) => row.map((value, j) => make(value, i, j)));

  const outputSize = (size, kernel, stride = 1, padding = 0, dilation = 1) =>
    Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

  /* Every place of a k×k window, as a list of its [row, column]; those in the padding are outside of x. */
  function windows(x, kernel, stride, padding) {
    const [rows, columns] = [x.length, x[0].length].map((n) => outputSize(n, kernel, stride, padding));
    return table(rows, columns, (i, j) =>
      table(kernel, kernel, (a, b) => [i * stride - padding + a, j * stride - padding + b]).flat());
  }

  const at = (x, [row, column], outside) => x[row]?.[column] ?? outside;

  /* The first maximum of a window, row by row: a tie goes to it. */
  const winner = (x, window) =>
    window.reduce((best, place) => (at(x, place, -Infinity) > at(x, best, -Infinity) ? place : best));

  function pool(x, kind, kernel, stride, padding) {
    const value = kind === "max"
      ? (window) => at(x, winner(x, window))
      : (window) => sum(window.map((place) => at(x, place, 0))) / kernel ** 2;
    return each(windows(x, kernel, stride, padding), value);
  }

  /* Hand each window's amount to some of its pixels, and add up. */
  function scatter(x, places, amount, chosen) {
    const result = each(x, () => 0);
    each(places, (window, i, j) => {
      for (const [row, column] of chosen(window)) {
        if (at(x, [row, column]) !== undefined) result[row][column] += amount(i, j);
      }
    });
    return result;
  }

  const poolUses = (x, kernel, stride, padding) =>
    scatter(x, windows(x, kernel, stride, padding), () => 1, (window) => window);

  function poolBackward(gradient, x, kind, kernel, stride, padding) {
    const places = windows(x, kernel, stride, padding);
    return kind === "max"
      ? scatter(x, places, (i, j) => gradient[i][j], (window) => [winner(x, window)])
      : scatter(x, places, (i, j) => gradient[i][j] / kernel ** 2, (window) => window);
  }

  const conv2d = (x, weight, padding = 0) =>
    each(windows(x, weight.length, 1, padding), (window) =>
      sum(window.map((place, i) => at(x, place, 0) * weight.flat()[i])));

  /* Layers are {kernel, stride, padding, dilation}. Lengths from the input to the last output. */
  const lengths = (size, layers) =>
    layers.reduce((all, { kernel, stride, padding, dilation }) =>
      [...all, outputSize(all.at(-1), kernel, stride, padding, dilation)], [size]);

  const receptiveField = (layers) =>
    layers.reduce(([size, jump], { kernel, stride, dilation }) =>
      [size + dilation * (kernel - 1) * jump, jump * stride], [1, 1]);

  /* The positions that one value of the last layer depends on, for the input and every layer. */
  function seen(size, layers, index) {
    const sizes = lengths(size, layers);
    const found = [[index]];
    for (let i = layers.length - 1; i >= 0; i--) {
      const { kernel, stride, padding, dilation } = layers[i];
      const below = found[0].flatMap((p) => range(kernel).map((a) => p * stride - padding + a * dilation));
      found.unshift([...new Set(below)].filter((p) => p >= 0 && p < sizes[i]).sort((a, b) => a - b));
    }
    return found;
  }

  /* Weights of the branches 1×1, 3×3, 5×5 and pooled, without biases; each is used once a pixel. */
  function inceptionCost({ channels, one, reduce3, three, reduce5, five, project, side }, reduced) {
    const behind = (k, narrow, out) =>
      reduced ? channels * narrow + k * k * narrow * out : k * k * channels * out;
    const pooled = reduced ? channels * project : 0;
    const branches = [channels * one, behind(3, reduce3, three), behind(5, reduce5, five), pooled];
    const out = one + three + five + (reduced ? project : channels);
    return { branches, weights: sum(branches), macs: sum(branches) * side ** 2, out };
  }

  /* Shift all the way round, down and to the right. */
  const roll = (x, down, right) => {
    const turn = (i, n) => (((i % n) + n) % n);
    return each(x, (_, i, j) => x[turn(i - down, x.length)][turn(j - right, x[0].length)]);
  };

  const subsample = (x, stride) => each(x, (value) => value)
    .filter((_, i) => i % stride === 0).map((row) => row.filter((_, j) => j % stride === 0));

  /* Blur by (1, 2, 1)/4 along both axes, the border reflected, then keep every stride-th value. */
  function blurPool(x, stride) {
    const reflect = (i, n) => n - 1 - Math.abs(n - 1 - Math.abs(i));
    const padded = table(x.length + 2, x[0].length + 2, (i, j) =>
      x[reflect(i - 1, x.length)][reflect(j - 1, x[0].length)]);
    return subsample(conv2d(padded, [[1, 2, 1], [2, 4, 2], [1, 2, 1]].map((row) => row.map((w) => w / 16))), stride);
  }

  const shrink = {
    max: (x) => pool(x, "max", 2, 2, 0),
    stride: (x) => subsample(x, 2),
    blur: (x) => blurPool(pool(x, "max", 2, 1, 0), 2),
  };

  /* A net of one convolution, ReLU, 2×2 max pooling and a linear layer, run on all places at once. */
  function scoreMap(image, kernel, padding, linear) {
    const active = each(conv2d(image, kernel, padding), (value) => Math.max(value, 0));
    return conv2d(pool(active, "max", 2, 2, 0), linear);
  }

  const crop = (x, row, column, side) =>
    x.slice(row, row + side).map((line) => line.slice(column, column + side));

  /* Multiplications of that net: once on the whole image, or on each window by itself. */
  function slidingCost(size, windowSize, kernel, padding) {
    const once = (side, maps, places) =>
      outputSize(side, kernel, 1, padding) ** 2 * kernel ** 2 + places * maps ** 2;
    const maps = Math.floor(outputSize(windowSize, kernel, 1, padding) / 2);
    const places = (Math.floor(outputSize(size, kernel, 1, padding) / 2) - maps + 1) ** 2;
    return { places, together: once(size, maps, places), apart: places * once(windowSize, maps, 1) };
  }

  globalThis.courseNumbers = {
    range, table, each, outputSize, windows, winner, pool, poolUses, poolBackward, conv2d, lengths,
    receptiveField, seen, inceptionCost, roll, shrink, scoreMap, crop, slidingCost,
  };
})();
