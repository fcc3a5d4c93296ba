// Looks at a page as a person would: what is wrong with it, at the end the colour of its paper, and how many plots.
({ LEAST_TEXT, LEAST_CONTRAST }) => {
const page = document;
const found = [];
const box = (element) => {
  const edges = element.getBoundingClientRect();
  return { left: edges.left, top: edges.top, right: edges.right, bottom: edges.bottom, text: element.textContent };
};
const meet = (a, b) =>
  a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
const within = (a, edge) =>
  a.left >= edge.left - 1 && a.right <= edge.right + 1 && a.top >= edge.top - 1 && a.bottom <= edge.bottom + 1;
const light = (colour) => {
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => linear(part / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (a, b) => {
  const [more, less] = [light(a), light(b)].sort((m, n) => n - m);
  return (more + 0.05) / (less + 0.05);
};
const style = (element) => getComputedStyle(element);
const paper = style(page.body).backgroundColor;

for (const svg of page.querySelectorAll("svg")) {
  const name = svg.getAttribute("aria-label");
  const edge = box(svg);
  const texts = [...svg.querySelectorAll("text")].map(box);
  texts.forEach((a, place) => {
    texts.slice(place + 1).forEach((b) => meet(a, b) && found.push(`${name}: ${a.text} over ${b.text}`));
    if (!within(a, edge)) found.push(`${name}: ${a.text} is cut`);
  });
  const scale = (edge.right - edge.left) / svg.viewBox.baseVal.width;
  const size = parseFloat(style(svg).fontSize) * scale;
  if (size < LEAST_TEXT) found.push(`${name}: text of ${size} pixels`);
  const drawn = [...svg.querySelectorAll("polyline, rect.area")].map((each) => each.getBoundingClientRect());
  if (!drawn.some((each) => each.height > 14 || each.width > 30)) found.push(`${name}: nothing is drawn`);
  if (contrast(style(svg.querySelector("text")).fill, paper) < LEAST_CONTRAST) found.push(`${name}: pale text`);
}
for (const element of page.querySelectorAll("td, th, h1, h2, p, li, .tile b, .tile span")) {
  const tile = element.closest(".tile");
  const under = tile ? style(tile).backgroundColor : paper;
  const cut = style(element).display !== "inline" && element.scrollWidth > element.clientWidth + 1;
  if (cut) found.push(`cut: ${element.textContent}`);
  if (element.textContent && contrast(style(element).color, under) < LEAST_CONTRAST) {
    found.push(`pale: ${element.textContent}`);
  }
}
for (const row of page.querySelectorAll("tr")) {
  const cells = [...row.children].map((cell) => {
    const range = page.createRange();
    range.selectNodeContents(cell);
    return { ...box(range), text: cell.textContent };
  });
  cells.slice(1).forEach((cell, place) => {
    const before = cells[place];
    if (cell.text && before.text && cell.left - before.right < 6) found.push(`${before.text} runs into ${cell.text}`);
  });
}
const root = page.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`wider than the screen: ${root.scrollWidth}`);
found.push(`paper ${paper}`, `plots ${page.querySelectorAll("svg").length}`);
return found;
}
