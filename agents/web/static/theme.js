// Loaded before the page is drawn, so that it is never drawn in the wrong colours.
"use strict";
try {
  const kept = localStorage.getItem("khabar-theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
} catch {
  // No storage: the system's choice holds.
}
