/**
 * Parts of a page that are not seen until somebody asks for them are not in its first load. They are fetched when the
 * reader begins to use the page (a pointer moves, a key is pressed), so that they are there when they are asked for.
 */
type Load = () => Promise<unknown>;

const SIGNS_OF_USE = ["pointermove", "pointerdown", "keydown", "touchstart"] as const;

let isUsed = false;
let waiting: Load[] = [];

/** Safe to call anywhere; on the server it does nothing. */
export function preloadOnUse(load: Load): void {
  if (typeof document === "undefined") return;
  if (isUsed) return fetchSoon(load);
  if (waiting.length === 0) for (const sign of SIGNS_OF_USE) addEventListener(sign, begin, { passive: true });
  waiting.push(load);
}

function begin(): void {
  isUsed = true;
  for (const sign of SIGNS_OF_USE) removeEventListener(sign, begin);
  const loads = waiting;
  waiting = [];
  loads.forEach(fetchSoon);
}

/** What cannot be fetched now is asked for again when it is needed, and told of then. */
function fetchSoon(load: Load): void {
  setTimeout(() => void load().catch(() => undefined));
}
