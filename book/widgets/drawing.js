/* What the widgets share: a form with labels, SVG cells, and a line that is read out when it changes. */
(() => {
  "use strict";

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function svg(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /* An amount between two bounds; the number stands beside it. */
  function slider([label, min, max], value, changed) {
    const shown = element("span", {}, String(value));
    const input = element("input", { type: "range", min, max, value });
    input.addEventListener("input", () => {
      shown.textContent = input.value;
      changed(Number(input.value));
    });
    const set = (next) => {
      input.value = next;
      shown.textContent = input.value;
    };
    return { box: element("label", {}, `${label} `, shown, input), input, set };
  }

  /* One of several words: [[value, word], ...]. */
  function choice([label, options], value, changed) {
    const input = element("select");
    for (const [key, word] of options) input.append(element("option", { value: key }, word));
    input.value = value;
    input.addEventListener("change", () => changed(input.value));
    const set = (next) => { input.value = next; };
    return { box: element("label", {}, `${label} `, input), input, set };
  }

  const control = (spec, value, changed) =>
    (Array.isArray(spec[1]) ? choice : slider)(spec, value, changed);

  /* Controls for `state`, named as in `specs`; `set` moves one, `limit` gives a slider other bounds. */
  function controls(form, specs, state, changed) {
    const all = {};
    for (const [name, spec] of Object.entries(specs)) {
      all[name] = control(spec, state[name], (value) => {
        state[name] = value;
        changed(name);
      });
      form.append(all[name].box);
    }
    const set = (name, value) => {
      state[name] = value;
      all[name].set(value);
    };
    const limit = (name, min, max) => {
      Object.assign(all[name].input, { min, max });
      set(name, Math.min(Math.max(state[name], min), max));
    };
    return { set, limit };
  }

  /* Squares with numbers: `look(value, row, column)` gives a square's classes, shade and text. */
  function cells(values, size, look, { x = 0, y = 0 } = {}) {
    const group = svg("g", { transform: `translate(${x} ${y})` });
    values.forEach((row, i) => row.forEach((value, j) => {
      const { kind = "", shade, text = "" } = look(value, i, j);
      const square = { class: `cell ${kind}`, x: j * size, y: i * size, width: size, height: size };
      group.append(svg("rect", square));
      if (shade !== undefined) {
        group.append(svg("rect", { ...square, class: "shade", "fill-opacity": shade }));
      }
      if (text !== "") {
        group.append(svg("text", { x: (j + 0.5) * size, y: (i + 0.5) * size }, text));
      }
    }));
    return group;
  }

  /* A picture under its title. */
  function picture(title, width, height, ...children) {
    const drawn = svg("svg", {
      viewBox: `-1 -1 ${width + 2} ${height + 2}`, width: width + 2, role: "img", "aria-label": title,
    }, ...children);
    return element("figure", {}, element("figcaption", {}, title), drawn);
  }

  const tidy = (value, digits = 2) => String(Number(value.toFixed(digits))).replace("-", "−");
  const grouped = (value) => value.toLocaleString("en-US");

  /* Fill every place of this name: `build(place, ui)` gets a form, pictures and words to fill. */
  function widget(name, build) {
    for (const place of document.querySelectorAll(`[data-widget="${name}"]`)) {
      const form = element("form", {});
      const stage = element("div", { class: "stage" });
      const words = element("p", { "aria-live": "polite" });
      form.addEventListener("submit", (event) => event.preventDefault());
      place.append(form, stage, words);
      const show = (text, ...pictures) => {
        stage.replaceChildren(...pictures);
        if (words.textContent !== text) words.textContent = text;
      };
      build(place.dataset, form, show);
    }
  }

  globalThis.courseDrawing = {
    element, svg, slider, controls, cells, picture, tidy, grouped, widget,
  };
})();
