// Elements made without markup in strings: what comes from outside is always text, never HTML.

/** A copy of a template's element, with those of its parts that carry data-part, by that name. */
export function copyOf(templateId) {
  const root = document.getElementById(templateId).content.firstElementChild.cloneNode(true);
  const parts = {};
  if (root.dataset.part) parts[root.dataset.part] = root;
  for (const node of root.querySelectorAll("[data-part]")) parts[node.dataset.part] = node;
  return { root, parts };
}

/** An element with attributes and children; children that are strings become text. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** An icon of icons.svg; it says nothing to a screen reader, whatever holds it must have a name. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  setIcon(use, name);
  svg.append(use);
  return svg;
}

/** Points a use element at an icon of icons.svg. */
export function setIcon(use, name) {
  use.setAttribute("href", `/icons.svg#${name}`);
}

/** Shows the text in the node, or hides the node where there is none. */
export function showText(node, text) {
  setText(node, text);
  node.hidden = !text;
}

/** Sets a node's text only where it differs, so that nothing is laid out or read out again in vain. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A share between 0 and 1 as the custom property --share of the node. */
export function setShare(node, share) {
  node.style.setProperty("--share", String(Math.min(1, Math.max(0, share || 0))));
}

/** A function that does the work once before the next paint, however often it is called until then. */
export function oncePerPaint(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}
