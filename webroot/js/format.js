// Numbers as people read them.

/** 65320 as "1:05", 3723000 as "1:02:03". */
export function clock(ms) {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 40424 as "0:40.4": where a word is looked for, a second is long. */
export function fineClock(ms) {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  return `${clock(tenths * 100)}.${tenths % 10}`;
}

/** 2280 as "2.3 s", 5000 as "5 s", 65320 as "1 min 5 s", 3723000 as "1 h 2 min". */
export function duration(ms) {
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`;
}

/** "1 clip", "3 clips". */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** 0.974 as "97 %". What is not certain is never shown as certain. */
export function percent(share) {
  return `${Math.min(Math.floor((share || 0) * 100), 100)} %`;
}

/** 1500000 as "1.5 MB". */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A moment as "just now", "5 min ago", "14:02", "3 May, 14:02". */
export function moment(epochMs, nowMs = Date.now()) {
  const minutes = Math.floor((nowMs - epochMs) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const then = new Date(epochMs);
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${then.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}

/** What was heard, without the punctuation around it. */
export function spoken(text) {
  return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "") || text;
}

/** The first letter large: the server's reasons begin small, because they stand after a name there. */
export function sentence(text) {
  const trimmed = (text || "").trim();
  const whole = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return !whole || /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
