/** The window over the shop: a dialog of the browser's own, which keeps the focus and makes the page behind it inert. */

const WORDS = {
  en: { title: "Payment terms", close: "Close", wait: "Opening…" },
  ar: { title: "شروط الدفع", close: "إغلاق", wait: "جارٍ الفتح…" },
};

const STYLE = `
:host { all: initial }
dialog {
  box-sizing: border-box; margin: auto; padding: 0; border: 0; overflow: hidden; flex-direction: column;
  inline-size: min(60rem, 100vw - 3rem); block-size: min(54rem, 100vh - 3rem);
  max-inline-size: none; max-block-size: none; border-radius: .75rem;
  color-scheme: light dark; background: Canvas; color: CanvasText; font: 1rem/1.5 system-ui, sans-serif;
  box-shadow: 0 1rem 4rem rgb(0 0 0 / .35);
}
dialog[open] { display: flex }
dialog::backdrop { background: rgb(10 16 15 / .6) }
header { display: flex; align-items: center; gap: 1rem; padding-inline-start: 1rem; border-block-end: 1px solid #8886 }
h2 { flex: 1; margin: 0; font-size: 1rem; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
button {
  all: unset; inline-size: 3rem; block-size: 3rem; text-align: center; font-size: 1.25rem; line-height: 3rem;
  cursor: pointer; border-radius: .5rem;
}
button:focus-visible { outline: 3px solid #2a8577; outline-offset: -4px }
button:hover { background: #8883 }
p { margin: auto; padding: 2rem }
p[hidden] { display: none }
iframe { flex: 1; inline-size: 100%; border: 0; min-block-size: 0 }
iframe:not([src]) { display: none }
@media (max-width: 40rem), (max-height: 30rem) {
  dialog { inline-size: 100vw; block-size: 100vh; block-size: 100dvh; border-radius: 0 }
}
`;

/** The two letters of the language that the shop's page speaks, else the browser's. */
export function language(): string {
  return (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
}

/** Whether this browser has what the window is made of. */
export function isAble(): boolean {
  return typeof HTMLDialogElement === "function" && "adoptedStyleSheets" in Document.prototype;
}

/** A window over the page. It is shown at once, so that the buyer sees that something happens. */
export class Modal {
  readonly #host = document.createElement("tenor-checkout");
  readonly #dialog = document.createElement("dialog");
  readonly #frame = document.createElement("iframe");
  readonly #wait = document.createElement("p");
  readonly #unlock: () => void;
  readonly #closed: () => void;
  #isOver = false;

  /** `shop` stands in the title, where it is known; `closed` is called once, when the buyer or `close` has closed it. */
  constructor(shop: string, closed: () => void) {
    const arabic = language() === "ar";
    const words = arabic ? WORDS.ar : WORDS.en;
    const title = shop ? `${words.title} – ${shop}` : words.title;
    const bar = document.createElement("header");
    const heading = document.createElement("h2");
    const cross = document.createElement("button");
    this.#dialog.dir = arabic ? "rtl" : "ltr";
    this.#dialog.lang = arabic ? "ar" : "en";
    heading.textContent = this.#frame.title = title;
    heading.id = "title";
    this.#dialog.setAttribute("aria-labelledby", heading.id);
    cross.type = "button";
    cross.textContent = "✕";
    cross.setAttribute("aria-label", words.close);
    cross.addEventListener("click", () => this.close());
    this.#wait.textContent = words.wait;
    this.#wait.setAttribute("role", "status");
    bar.append(heading, cross);
    this.#dialog.append(bar, this.#wait, this.#frame);
    this.#closed = closed;
    this.#dialog.addEventListener("close", () => this.close());
    this.#unlock = this.#show();
  }

  get isShown(): boolean {
    return this.#host.isConnected && !this.#isOver;
  }

  /** Whether a message's source is the page in the frame. */
  holds(source: MessageEventSource | null): boolean {
    return source !== null && source === this.#frame.contentWindow;
  }

  load(address: string): void {
    this.#frame.addEventListener("load", () => this.#frame.focus(), { once: true });
    this.#frame.src = address;
    this.#wait.hidden = true;
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // The dialog gives the focus back to what had it before.
    this.#dialog.close();
    this.#unlock();
    this.#host.remove();
    this.#closed();
  }

  /** Puts the window over the page, and returns what lets the page scroll again. */
  #show(): () => void {
    // A style sheet made like this is allowed by every policy of a shop's; a <style> is not.
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const root = this.#host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.append(this.#dialog);
    document.body.append(this.#host);
    const page = document.documentElement.style;
    const { overflow, scrollbarGutter } = page;
    page.scrollbarGutter = innerWidth > document.documentElement.clientWidth ? "stable" : scrollbarGutter;
    page.overflow = "hidden";
    this.#dialog.showModal();
    return () => {
      page.overflow = overflow;
      page.scrollbarGutter = scrollbarGutter;
    };
  }
}
