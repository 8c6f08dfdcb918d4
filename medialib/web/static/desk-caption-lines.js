// Captions as a list of [begin, end, text] in seconds: what can be done to them, and what is to be said of each. Pure.

const HAN = /[\u3400-\u9fff]/g;
const FASTEST_HAN = 9; // characters a second; letters are read three times as fast
const SHORTEST = 0.1;

export const rounded = (seconds) => Math.round(Math.max(0, seconds) * 1000) / 1000;

export function told(seconds) {
  const tenths = Math.round(seconds * 100);
  const rest = ((tenths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${Math.floor(tenths / 6000)}:${rest}`;
}

// As an office's keyboard writes figures, in full width too.
const plain = (text) => text.normalize("NFKC").trim().replace(/[,。]/, ".");

// So many seconds: 0.5, 0,5, ０．５, -2; null for what is no number.
export function amount(text) {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain(text)) ? Number(plain(text)) : null;
}

// 1:02.5, 62.5, 0:01:02,5; null for what is no time.
export function read(text) {
  const parts = plain(text).split(":");
  if (!parts.length || parts.length > 3 || !parts.every((one) => /^\d+(\.\d*)?$/.test(one))) return null;
  return rounded(parts.reduce((sum, one) => sum * 60 + Number(one), 0));
}

const put = (lines, at, count, ...fresh) => [...lines.slice(0, at), ...fresh, ...lines.slice(at + count)];

export function change(lines, at, part, value) {
  const line = [...lines[at]];
  line[part] = value;
  return put(lines, at, 1, line);
}

// In two at a place in the text; the time is shared as the characters are, or cut at `moment`.
export function split(lines, at, place, moment = null) {
  const [begin, end, text] = lines[at];
  const [first, second] = [text.slice(0, place).trim(), text.slice(place).trim()];
  const share = text.length ? place / text.length : 0.5;
  const middle = rounded(moment ?? begin + (end - begin) * Math.min(Math.max(share, 0.1), 0.9));
  if (middle <= begin || middle >= end) return lines;
  return put(lines, at, 1, [begin, middle, first], [middle, end, second]);
}

export function cut(lines, at, moment) {
  const [begin, end, text] = lines[at];
  if (moment <= begin || moment >= end) return lines;
  return split(lines, at, Math.round((text.length * (moment - begin)) / (end - begin)), moment);
}

export function merge(lines, at) {
  const next = lines[at + 1];
  if (!next) return lines;
  const [begin, end, text] = lines[at];
  const between = /[A-Za-z0-9,.]$/.test(text) && /^[A-Za-z0-9]/.test(next[2]) ? " " : "";
  return put(lines, at, 2, [begin, Math.max(end, next[1]), [text, next[2]].filter(Boolean).join(between)]);
}

export function insert(lines, at, begin = null, longest = Infinity) {
  const from = rounded(begin ?? lines[at]?.[1] ?? 0);
  const next = lines[at + 1]?.[0] ?? longest;
  const end = rounded(Math.min(from + 3, next > from + 0.5 ? next : from + 3, longest));
  return put(lines, at + 1, 0, [from, Math.max(end, from + SHORTEST), ""]);
}

export const remove = (lines, at) => put(lines, at, 1);

// So far earlier that whole lines would lie before the beginning, and their times be lost.
export const tooEarly = (lines, seconds) => lines.some(([, end]) => end > 0 && end + seconds <= 0);

export function shift(lines, seconds) {
  return lines.map(([begin, end, text]) => [rounded(begin + seconds), rounded(Math.max(end + seconds, SHORTEST)), text]);
}

export function nudge(lines, at, part, seconds) {
  return change(lines, at, part, rounded(lines[at][part] + seconds));
}

// "backwards", "overlap", "fast", or nothing.
export function mark(lines, at) {
  const [begin, end, text] = lines[at];
  if (end <= begin) return "backwards";
  if (lines[at + 1] && end > lines[at + 1][0] + 0.001) return "overlap";
  const han = (text.match(HAN) ?? []).length;
  const letters = text.replace(/\s/g, "").length - han;
  return (han + letters / 3) / (end - begin) > FASTEST_HAN ? "fast" : "";
}
