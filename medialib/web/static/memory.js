// What this phone remembers: places in lessons, what was finished, how somebody likes to watch. Nothing of it leaves it.

const PLACES = "places";
const MOST_PLACES = 200;
const BEGUN_SECONDS = 10;
// Who has heard this much has heard it all: the rest is the closing music.
const FINISHED_SHARE = 0.95;
const FINISHED_REST_SECONDS = 30;

export function recall(key, otherwise) {
  try {
    const kept = localStorage.getItem(key);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise; // no storage in private windows, or somebody else wrote there
  }
}

export function keep(key, value) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // then it holds for this page only
  }
}

export function places() {
  const kept = recall(PLACES, {});
  return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
}

export const placeIn = (id) => places()[id];

// `lesson` is what a list shows of it: title, art, kind, unit, address.
export function keepPlace(id, { at, of, ...lesson }) {
  const known = places();
  const over = at >= Math.max(of * FINISHED_SHARE, of - FINISHED_REST_SECONDS);
  const done = over || (known[id]?.done ?? false);
  known[id] = { ...lesson, at: over ? 0 : Math.floor(at), of: Math.round(of), done, when: Date.now() };
  const newest = Object.entries(known).sort(([, a], [, b]) => b.when - a.when).slice(0, MOST_PLACES);
  keep(PLACES, Object.fromEntries(newest));
  tellServer();
}

export function forgetPlace(id) {
  const { [id]: _gone, ...rest } = places();
  keep(PLACES, rest);
  tellServer();
}

export function forgetPlaces() {
  keep(PLACES, undefined);
  tellServer();
}

// The latest first. What was finished and not begun again is history, not work in hand.
export function history() {
  return Object.entries(places()).map(([id, one]) => ({ id, ...one })).sort((a, b) => b.when - a.when);
}

export const begun = () => history().filter((one) => one.at >= BEGUN_SECONDS);

// The first page leaves room for what goes on, so that nothing moves when it is filled in. Only that there is some is told.
function tellServer() {
  const some = begun().length > 0;
  document.cookie = `going=${some ? "1" : ""}; path=/; SameSite=Lax; max-age=${some ? 31536000 : 0}`;
}

// A place, never later than it is, and a length: 3:12, 1:02:05.
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export const lengthOf = (seconds) => clock(Math.round(seconds));
