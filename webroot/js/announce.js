// What a screen reader says of things that happen by themselves.

const FIRST_PAUSE_MS = 100;
const PAUSE_MS = 2_000;
let waiting = [];
let timer = 0;

/**
 * Says the text politely. What comes in quick succession is said together, and what is said under the same topic replaces
 * what was not said yet: a listener is not flooded.
 */
export function announce(text, topic = text) {
  waiting = waiting.filter((entry) => entry.topic !== topic);
  waiting.push({ text, topic });
  if (!timer) timer = setTimeout(speak, FIRST_PAUSE_MS);
}

function speak() {
  const node = document.getElementById("announcements");
  node.textContent = waiting.map((entry) => entry.text).join(" ");
  waiting = [];
  timer = setTimeout(() => {
    timer = 0;
    if (waiting.length) speak();
  }, PAUSE_MS);
}
