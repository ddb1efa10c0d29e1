/*
 * The colours of labels, in the order in which labels appear; they stay as long as the page does. After ten the same colours
 * come again with stripes and dashed curves. A name stands beside every colour: none says anything by itself.
 */

const colours = 10;
/** @type {Map<string, number>} */
const places = new Map();

/** @param {string} label */
function placeOf(label) {
  const place = places.get(label) ?? places.size;
  places.set(label, place);
  return { colour: place % colours, round: Math.floor(place / colours) % 3 };
}

/** How a label is drawn, in the colours of now. @param {string} label */
export function styleOf(label) {
  const { colour: place, round } = placeOf(label);
  const fill = read(`--label-${place}`);
  return { fill, ink: inkOn(fill), dash: [[], [6, 3], [2, 3]][round], isStriped: round > 0 };
}

/** A small square in a label's colour. @param {string} label */
export function swatch(label) {
  const made = document.createElement('i');
  made.className = placeOf(label).round > 0 ? 'swatch striped' : 'swatch';
  colour(made, label);
  return made;
}

/** Style sheets find a label's colour as `--colour`. @param {HTMLElement} element @param {string} label */
export function colour(element, label) {
  element.style.setProperty('--colour', `var(--label-${placeOf(label).colour})`);
}

/** Labels get their colours in the order given. @param {string[]} labels */
export function introduce(labels) {
  for (const label of labels) placeOf(label);
}

/** @type {Map<string, string>} */
const cache = new Map();

/** A colour of the style sheet. @param {string} name */
export function read(name) {
  let value = cache.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    cache.set(name, value);
  }
  return value;
}

/** Calls back when the colours have become others. @param {() => void} changed */
export function onColours(changed) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    cache.clear();
    changed();
  });
}

/** Black or white, whichever is easier to read on a colour. @param {string} colour `#rrggbb` */
function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((place) => {
    const part = Number.parseInt(colour.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#0b0f15';
}
