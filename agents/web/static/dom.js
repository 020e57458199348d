// Elements from values. All that a feed says goes through text nodes: no string is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `props` are attributes, but `on…` handlers and `text`. Children are nodes, strings or nothing. */
export function h(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

function filled(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/** Children that are there, of lists within lists. */
const present = (children) => children.flat(2).filter((child) => child !== undefined && child !== null && child !== false && child !== "");

/** Put these children in the place of what an element holds; nothing is left out. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

export const byId = (id) => document.getElementById(id);

const RTL = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "pnb", "ps", "sd", "ug", "ur", "yi"]);
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** The direction of a text: of its language, unless it has no letter of that script. */
export function direction(language, text) {
  if (!language || language === "und") return "auto";
  return RTL.has(language) && RTL_LETTER.test(text) ? "rtl" : "ltr";
}

/** Attributes of an element that holds a text in a language. */
export function inLanguage(language, text) {
  return { lang: language && language !== "und" ? language : "", dir: direction(language, text) };
}

/** An address to follow, null unless it is http or https. */
export function safeLink(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Call a function at most once a frame, or after a pause where frames stand still. */
export function oncePerFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const run = () => {
      if (!asked) return;
      asked = false;
      work();
    };
    requestAnimationFrame(run);
    setTimeout(run, 250);
  };
}

/** Call a function some milliseconds after the last time it was asked for. */
export function settled(work, wait) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
}
