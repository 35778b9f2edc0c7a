/* An Inception block: what the 1×1 convolutions in front save, as its widths change. */
(() => {
  "use strict";
  const { inceptionCost } = courseNumbers;
  const { svg, controls, picture, grouped, widget } = courseDrawing;
  const NAMES = ["channels", "one", "reduce3", "three", "reduce5", "five", "project", "side"];
  /* Szegedy et al. 2015, table 1; a test compares it with the experiment's. */
  const BLOCKS = {
    "3a": [192, 64, 96, 128, 16, 32, 32, 28], "3b": [256, 128, 128, 192, 32, 96, 64, 28],
    "4a": [480, 192, 96, 208, 16, 48, 64, 14], "4b": [512, 160, 112, 224, 24, 64, 64, 14],
    "4c": [512, 128, 128, 256, 24, 64, 64, 14], "4d": [512, 112, 144, 288, 32, 64, 64, 14],
    "4e": [528, 256, 160, 320, 32, 128, 128, 14], "5a": [832, 256, 160, 320, 32, 128, 128, 7],
    "5b": [832, 384, 192, 384, 48, 128, 128, 7],
  };
  const BRANCHES = ["1×1", "3×3", "5×5", "pooled"];
  const WIDTH = 336;

  const block = (name) => Object.fromEntries(NAMES.map((key, i) => [key, BLOCKS[name][i]]));

  /* A bar in four parts; the key names them. */
  function bar(name, branches, scale, y) {
    const group = svg("g", {}, svg("text", { class: "left", x: 0, y: y - 9 }, name));
    let x = 0;
    branches.forEach((weights, i) => {
      const width = weights * scale;
      group.append(svg("rect", { class: `part part${i}`, x, y, width, height: 22 }));
      x += width;
    });
    return group;
  }

  const key = () => BRANCHES.map((name, i) => svg("g", { transform: `translate(${i * 84} 112)` },
    svg("rect", { class: `part part${i}`, width: 14, height: 14 }),
    svg("text", { class: "left", x: 19, y: 8 }, name)));

  const sentence = (form, { weights, macs, out }) =>
    `${form}: ${grouped(weights)} weights, ${grouped(Math.round(macs / 1e6))} million MACs, ${out} channels out.`;

  widget("inception", (_, form, show) => {
    const state = { block: "3a", ...block("3a") };
    const { set } = controls(form, {
      block: ["Block", [...Object.keys(BLOCKS).map((name) => [name, name]), ["own", "your own"]]],
      channels: ["Channels in", 1, 1024], one: ["1×1", 1, 512], reduce3: ["1×1 before 3×3", 1, 512],
      three: ["3×3", 1, 512], reduce5: ["1×1 before 5×5", 1, 256], five: ["5×5", 1, 256],
      project: ["1×1 for pooled", 1, 256], side: ["Side of the map", 1, 56],
    }, state, draw);

    function draw(changed) {
      if (changed === "block" && state.block !== "own") {
        for (const [name, value] of Object.entries(block(state.block))) set(name, value);
      } else if (changed) {
        set("block", "own");
      }
      const naive = inceptionCost(state, false);
      const reduced = inceptionCost(state, true);
      const scale = WIDTH / Math.max(naive.weights, reduced.weights);
      const share = Math.round(100 * reduced.weights / naive.weights);
      show(
        `${sentence("Naive", naive)} ${sentence("Reduced", reduced)} That is ${share} % of the weights.`,
        picture("weights by branch", WIDTH, 130,
          bar("naive", naive.branches, scale, 22), bar("reduced", reduced.branches, scale, 74), ...key()),
      );
    }
    draw();
  });
})();
