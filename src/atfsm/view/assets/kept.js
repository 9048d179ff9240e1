// What outlives a reload of the page, where the browser lets a page from a file keep anything.

/** What was kept under a name; null where there is nothing, or nothing may be kept. */
export function kept(name) {
  try {
    return sessionStorage.getItem(`atfsm.${name}`);
  } catch {
    return null;
  }
}

/** Keep a text under a name. */
export function keep(name, text) {
  try {
    sessionStorage.setItem(`atfsm.${name}`, text);
  } catch {
    // Then it is not kept; the page works the same.
  }
}

/** Take the theme that was chosen. */
export function restoreTheme() {
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

/** From light to dark or back; returns which it is now. */
export function turnTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  keep("theme", root.dataset.theme);
  return root.dataset.theme;
}
