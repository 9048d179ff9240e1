// The address of what is shown: "#l=9&q=is:wobble" is line 9 under a filter.

import {copy} from "./clipboard.js";

const QUIET_MS = 150; // browsers refuse an address that changes too often
const NUMBER = /^\d{1,10}$/;
const PLACE = /^(\d{1,10})(?:-(\d{1,10}))?$/;

/** What an address asks for: {line, before, query}; null where it does not say. */
export function readLink(hash) {
  const asked = askedBy(hash);
  const number = (name) => (NUMBER.test(asked.get(name) ?? "") ? Number(asked.get(name)) : null);
  return {line: number("l"), before: number("b") ?? 0, query: asked.get("q")};
}

/** The address of a row; *before* counts back from the line to what was noticed on it. */
export function writeLink({line, before, query}) {
  const parts = [];
  if (line !== null) parts.push(`l=${line}`);
  if (before) parts.push(`b=${before}`);
  return written(parts, query);
}

/** What an address on a page of two asks for: {places: [{line, before}, …], query}. */
export function readTwinLink(hash) {
  const asked = askedBy(hash);
  const place = (name) => {
    const found = PLACE.exec(asked.get(name) ?? "");
    return found ? {line: Number(found[1]), before: Number(found[2] ?? 0)} : null;
  };
  return {places: [place("a"), place("b")], query: asked.get("q")};
}

/** The address of a line of both: "#a=44&b=9"; a side that has none there is left out. */
export function writeTwinLink({places, query}) {
  const parts = [];
  for (const [side, place] of places.entries()) {
    if (place) parts.push(`${"ab"[side]}=${place.line}${place.before ? `-${place.before}` : ""}`);
  }
  return written(parts, query);
}

function askedBy(hash) {
  return new URLSearchParams(hash.replace(/^#/, ""));
}

function written(parts, query) {
  const all = query ? [...parts, `q=${encodeURIComponent(query)}`] : parts;
  return all.length ? `#${all.join("&")}` : "";
}

/** Keeps the address up to date, and follows it where a reader goes back or takes a link. */
export class Link {
  constructor(onAsked) {
    this.timer = 0;
    // What the page itself replaces raises no such event: it is the reader who moved.
    window.addEventListener("hashchange", () => {
      clearTimeout(this.timer);
      onAsked(location.hash);
    });
  }

  /** Show the address of a place, once it is not left at once again. */
  update(hash) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.replace(hash), QUIET_MS);
  }

  /** Show the address of a place, and put it where it can be pasted from. */
  copy(hash) {
    this.replace(hash);
    copy(location.href.replace(/#.*$/, "") + hash, "Link");
  }

  replace(hash) {
    if (location.hash === hash || !hash) return;
    try {
      history.replaceState(null, "", hash);
    } catch {
      // A browser that forbids it to pages from files: the link can still be copied.
    }
  }
}
