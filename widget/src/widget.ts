/** What a shop's page gets: `widgetBackd.initializeWidget` as `spec/backd.md` says, and the same by our own name. */
import { opening, type Opening } from "./checkout";
import { check } from "./options";

// It is known only while the script runs, and the server stands where the script came from.
const script = document.currentScript as HTMLScriptElement | null;
const base = script?.src ? new URL(".", script.src).href : "";

let current: Opening | undefined;

/**
 * Creates the order and opens the checkout. Throws a TypeError for options that can't work.
 *
 * There is one at a time: while one is open, another call changes nothing and its callbacks are never called.
 */
function initializeWidget(given: unknown): { close(): void } {
  const options = check(given);
  if (!base) throw new TypeError('Load widget.js by <script src="…/widget.js">, so that it knows where it came from.');
  if (!current?.isGoingOn) {
    current = opening(base, options);
    void current.begin();
  }
  const mine = current;
  return { close: () => mine.close() };
}

interface Globals {
  widgetBackd?: { initializeWidget: typeof initializeWidget };
  Tenor?: { checkout: typeof initializeWidget };
}

// A page that loads the script twice keeps the first, which knows what is open.
const page = window as Globals;
page.widgetBackd ??= { initializeWidget };
page.Tenor ??= { checkout: initializeWidget };
