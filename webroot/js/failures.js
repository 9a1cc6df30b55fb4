import { element, icon } from "/js/dom.js";
import { sentence } from "/js/format.js";

/** Shows failures as a list: what went wrong, and what can be done. */
export function showFailures(list, failures, nameOf = () => "") {
  list.hidden = failures.length === 0;
  if (list.children.length === failures.length) return; // they only ever grow
  list.replaceChildren(
    ...failures.map((failure) => {
      const name = nameOf(failure);
      return element(
        "li",
        { class: "failure" },
        icon("info"),
        element(
          "p",
          {},
          ...(name ? [element("strong", {}, `${name}: `)] : []),
          sentence(failure.what),
          ...(failure.remedy ? [" ", element("span", { class: "remedy" }, sentence(failure.remedy))] : []),
        ),
      );
    }),
  );
}
