/* A stack of layers along one axis: how long each output is, and what one value sees. */
(() => {
  "use strict";
  const { range, lengths, receptiveField, seen } = courseNumbers;
  const { element, svg, controls, cells, picture, widget } = courseDrawing;
  const STARTS = {
    one: [{ kernel: 3, stride: 2, padding: 1, dilation: 1 }],
    two: [{ kernel: 3, stride: 1, padding: 0, dilation: 1 }, { kernel: 3, stride: 1, padding: 0, dilation: 1 }],
  };
  const WIDTH = 336;
  const ROW = 52;
  const MOST = 5;

  /* One row of squares a layer, and lines from each marked value to what it reads. */
  function rows(sizes, marked, layers) {
    const size = Math.min(24, WIDTH / Math.max(...sizes));
    const left = sizes.map((n) => (WIDTH - n * size) / 2);
    const lines = svg("g");
    layers.forEach(({ kernel, stride, padding, dilation }, i) => {
      for (const p of marked[i + 1]) {
        for (const q of range(kernel).map((a) => p * stride - padding + a * dilation)) {
          if (!marked[i].includes(q)) continue;
          lines.append(svg("line", {
            x1: left[i] + (q + 0.5) * size, y1: i * ROW + size,
            x2: left[i + 1] + (p + 0.5) * size, y2: (i + 1) * ROW,
          }));
        }
      }
    });
    const squares = sizes.map((n, i) => cells([range(n)], size, (p) => ({
      kind: marked[i].includes(p) ? "seen" : "",
    }), { x: left[i], y: i * ROW }));
    return [lines, ...squares];
  }

  function words(sizes, layers, marked) {
    const steps = layers.map((_, i) => {
      const [field, jump] = receptiveField(layers.slice(0, i + 1));
      return `Layer ${i + 1}: ${sizes[i + 1]} values, receptive field ${field}, jump ${jump}.`;
    });
    return `${steps.join(" ")} The marked value sees ${marked[0].length} of ${sizes[0]} pixels.`;
  }

  widget("stack", ({ view = "one" }, form, show) => {
    const layers = STARTS[view].map((layer) => ({ ...layer }));
    const state = { size: 15, place: 3 };
    const { limit } = controls(form, { size: ["Pixels", 5, 28], place: ["Marked value", 1, 9] }, state, draw);
    const list = element("div", { class: "layers" });
    const add = element("button", { type: "button" }, "Add a layer");
    add.addEventListener("click", () => {
      layers.push({ kernel: 3, stride: 1, padding: 0, dilation: 1 });
      edit();
      list.lastChild.querySelector("input").focus();
    });
    form.append(list, add);

    function edit() {
      list.replaceChildren(...layers.map((layer, i) => {
        const box = element("fieldset", {}, element("legend", {}, `Layer ${i + 1}`));
        controls(box, {
          kernel: ["Kernel", 1, 7], stride: ["Stride", 1, 4],
          padding: ["Padding", 0, 3], dilation: ["Dilation", 1, 3],
        }, layer, draw);
        if (layers.length > 1) {
          const remove = element("button", { type: "button", "aria-label": `Remove layer ${i + 1}` }, "Remove");
          remove.addEventListener("click", () => {
            layers.splice(i, 1);
            edit();
            add.focus();
          });
          box.append(remove);
        }
        return box;
      }));
      add.hidden = layers.length === MOST;
      draw();
    }

    function draw() {
      const sizes = lengths(state.size, layers);
      const short = sizes.findIndex((n) => n < 1);
      if (short > 0) {
        show(`Layer ${short} does not fit: its kernel is longer than the ${sizes[short - 1]} values before it, with their padding.`);
        return;
      }
      limit("place", 1, sizes.at(-1));
      const marked = seen(state.size, layers, state.place - 1);
      const drawn = picture("pixels above, layers below", WIDTH, layers.length * ROW + 24, ...rows(sizes, marked, layers));
      show(words(sizes, layers, marked), drawn);
    }
    edit();
  });
})();
