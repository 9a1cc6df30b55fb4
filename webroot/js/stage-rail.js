import { copyOf, setShare, setText } from "/js/dom.js";

const NAMES = { videos: "Videos", listen: "Listen", cut: "Cut", join: "Join" };
const UNITS = { videos: "looked at", listen: "segments", cut: "clips" };
const SAID = { waiting: "not begun", running: "running", done: "done", stopped: "stopped" };

/** The job's stages with their counts. They overlap: several can be running. */
export class StageRail {
  /** @param list the ol that holds the stages */
  constructor(list) {
    this.list = list;
  }

  paint(state) {
    state.stages().forEach((stage, place) => {
      const row = this.list.children[place] || this.#add(stage);
      row.dataset.state = stage.state;
      const [count, unit] = countOf(stage);
      setText(row.parts.count, count);
      setText(row.parts.unit, unit);
      setText(row.parts.state, SAID[stage.state]);
      setShare(row.parts.fill, stage.state === "done" ? 1 : stage.share);
      if (stage.state === "running") row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    });
  }

  #add(stage) {
    const { root, parts } = copyOf("stage-row");
    root.parts = parts;
    setText(parts.name, NAMES[stage.name]);
    this.list.append(root);
    return root;
  }
}

/** "3 of 4" and what is counted, which a small screen has no room for. */
function countOf({ name, done, total, state }) {
  if (name === "join") return [state === "done" ? "film ready" : "", ""];
  return total === 0 ? ["", ""] : [`${done} of ${total}`, UNITS[name]];
}
