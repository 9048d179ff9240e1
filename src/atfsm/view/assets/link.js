// The address of what is shown: "#l=9&q=is:wobble" is line 9 under a filter.

const QUIET_MS = 150; // browsers refuse an address that changes too often

/** What an address asks for: {line, before, query}; null where it does not say. */
export function readLink(hash) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (name) => (/^\d{1,10}$/.test(asked.get(name) ?? "") ? Number(asked.get(name)) : null);
  return {line: number("l"), before: number("b") ?? 0, query: asked.get("q")};
}

/** The address of a row; *before* counts back from the line to what was noticed on it. */
export function writeLink({line, before, query}) {
  const parts = [];
  if (line !== null) parts.push(`l=${line}`);
  if (before) parts.push(`b=${before}`);
  if (query) parts.push(`q=${encodeURIComponent(query)}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

/** Keeps the address up to date, and follows it where a reader goes back or takes a link. */
export class Link {
  constructor(onAsked) {
    this.timer = 0;
    // What the page itself replaces raises no such event: it is the reader who moved.
    window.addEventListener("hashchange", () => {
      clearTimeout(this.timer);
      onAsked(readLink(location.hash));
    });
  }

  /** Show the address of a place, once it is not left at once again. */
  update(place) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.replace(writeLink(place)), QUIET_MS);
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
