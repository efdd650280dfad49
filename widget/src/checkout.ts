/** One opening of the checkout: from the order to exactly one of the shop's callbacks. */
import { create, type Made } from "./creating";
import { read } from "./messages";
import { isAble, language, Modal } from "./modal";
import type { Checked } from "./options";

const BY_BUYER = "The buyer closed the window.";

type Ending = { how: "completed" } | { how: "closed" | "failed"; message: string };

export abstract class Opening {
  readonly #stop = new AbortController();
  #settled = false;

  constructor(
    protected readonly base: string,
    protected readonly given: Checked,
  ) {}

  /** Whether it still goes on, so that another one has to wait. */
  abstract readonly isGoingOn: boolean;

  /** End it as if the buyer had closed it. */
  abstract close(): void;

  async begin(): Promise<void> {
    try {
      const made = await create(this.base, this.given.order, this.#stop);
      if (!this.#settled) this.show(made);
    } catch (error) {
      this.settle({ how: "failed", message: (error as Error).message });
    }
  }

  protected abstract show(made: Made): void;

  protected abstract tidy(): void;

  protected get isSettled(): boolean {
    return this.#settled;
  }

  /** Tells the shop how it ended. The first ending counts; whatever comes after it is too late. */
  protected settle(ending: Ending, made?: Made): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#stop.abort();
    this.tidy();
    const { onSuccess, onClose, onFail } = this.given;
    if (ending.how === "completed") {
      if (made) onSuccess?.({ backd_order_id: made.backd_order_id, merchant_order_id: made.merchant_order_id });
    } else if (ending.how === "failed" && onFail) {
      onFail({ message: ending.message });
    } else if (onClose) {
      // A shop without onFail hears of a failure all the same, since its buyer is back.
      onClose({ message: ending.message });
    } else {
      console.error(ending.message);
    }
  }
}

/** The whole page goes to the checkout. */
class Redirect extends Opening {
  #left = false;

  get isGoingOn(): boolean {
    return !this.isSettled && !this.#left;
  }

  close(): void {
    this.settle({ how: "closed", message: BY_BUYER });
  }

  protected show(made: Made): void {
    // Nothing is going on from here: whoever comes back may find this page as it was left, and press again.
    this.#left = true;
    location.assign(spoken(made.customer_url).href);
  }

  protected tidy(): void {}
}

/** The checkout in a window over the shop. */
class Framed extends Opening {
  readonly #modal: Modal;
  #made?: Made;
  #origin = "";
  #ending: Ending = { how: "closed", message: BY_BUYER };

  constructor(base: string, given: Checked) {
    super(base, given);
    const name = given.order.merchant.name;
    this.#modal = new Modal(typeof name === "string" ? name : "", () => this.settle(this.#ending, this.#made));
  }

  get isGoingOn(): boolean {
    // A page that throws its content away takes the window along without closing it.
    if (!this.#modal.isShown) this.close();
    return !this.isSettled;
  }

  close(): void {
    this.#modal.close();
  }

  protected show(made: Made): void {
    const address = spoken(made.customer_url);
    address.searchParams.set("frame", location.origin);
    this.#made = made;
    this.#origin = address.origin;
    addEventListener("message", this.#hear);
    this.#modal.load(address.href);
  }

  protected tidy(): void {
    removeEventListener("message", this.#hear);
    this.#modal.close();
  }

  readonly #hear = (event: MessageEvent): void => {
    if (event.origin !== this.#origin || !this.#modal.holds(event.source)) return;
    const said = read(event.data);
    if (said?.tenor === "outcome") this.#ending = { how: said.how, message: said.message };
    if (said && (said.tenor === "leave" || !said.stays)) this.#modal.close();
  };
}

function spoken(customerUrl: string): URL {
  const address = new URL(customerUrl);
  address.searchParams.set("lang", language());
  return address;
}

/** Opens the checkout as the order wants it; in a browser that has no dialogs, always by the whole page. */
export function opening(base: string, given: Checked): Opening {
  return given.redirects || !isAble() ? new Redirect(base, given) : new Framed(base, given);
}
