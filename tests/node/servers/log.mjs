// What a server saw, in order; the same as tests/servers/log.py, which says more.

export const entries = [];
const waiting = new Set();

export function add(event, fields = {}) {
  entries.push({ n: entries.length, event, ...fields });
  for (const look of [...waiting]) look();
}

// Resolves to the first entry from number `since` on that matches, or to null when none came within `timeout` seconds.
export function waitFor(pattern, since, timeout) {
  return new Promise((resolve) => {
    const find = () => entries.slice(since).find((entry) => matches(entry, pattern));
    const finish = (entry) => {
      clearTimeout(timer);
      waiting.delete(look);
      resolve(entry);
    };
    const look = () => {
      const entry = find();
      if (entry) finish(entry);
    };
    const timer = setTimeout(() => finish(null), timeout * 1000);
    waiting.add(look);
    look();
  });
}

function matches(thing, pattern) {
  if (Array.isArray(pattern)) {
    return Array.isArray(thing) && thing.length === pattern.length && pattern.every((item, i) => matches(thing[i], item));
  }
  if (pattern !== null && typeof pattern === "object") {
    return thing !== null && typeof thing === "object"
      && Object.entries(pattern).every(([key, value]) => key in thing && matches(thing[key], value));
  }
  return thing === pattern;
}
