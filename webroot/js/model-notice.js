import { setText } from "/js/dom.js";

/** Says plainly when the model is the bundled one: who gets its words must know what they are worth. */
export function showModel(model) {
  const notice = document.getElementById("model-notice");
  notice.hidden = !model?.bundled;
  if (notice.hidden) return;
  setText(notice.querySelector("[data-part=title]"), "Demo model in use.");
  setText(notice.querySelector("[data-part=text]"), model.notice || "It knows synthetic voices only and is of no use on human speech.");
}
