/** What a shop gives to `initializeWidget`, and the mistakes in it that can be told at once. */

export interface Order {
  merchant: { public_api_key: string; name?: unknown };
  mode?: { type?: unknown } | null;
}

export interface Created {
  backd_order_id: string;
  merchant_order_id: string;
}

export interface Options {
  order: Order;
  onSuccess?: (ids: Created) => void;
  onClose?: (left: { message: string }) => void;
  onFail?: (failed: { message: string }) => void;
}

export interface Checked extends Options {
  redirects: boolean;
}

/** The options, checked. Throws a TypeError that says what is missing. */
export function check(given: unknown): Checked {
  const options = given as Options | null | undefined;
  const order = options?.order;
  if (!options || !order || typeof order !== "object") {
    throw new TypeError("initializeWidget needs { order, onSuccess, onClose, onFail }; order is missing.");
  }
  checkKey(order.merchant?.public_api_key);
  const type = order.mode?.type ?? "modal";
  if (type !== "modal" && type !== "redirect") {
    throw new TypeError('order.mode.type must be "modal" or "redirect".');
  }
  for (const name of ["onSuccess", "onClose", "onFail"] as const) {
    const needed = type === "modal" && name !== "onFail";
    if (needed ? typeof options[name] !== "function" : options[name] && typeof options[name] !== "function") {
      throw new TypeError(`${name} must be a function${needed ? " when the checkout opens as a modal" : ""}.`);
    }
  }
  return { ...options, order, redirects: type === "redirect" };
}

function checkKey(key: unknown): void {
  if (typeof key !== "string" || !key) {
    throw new TypeError("order.merchant.public_api_key is missing: it is your public key.");
  }
  if (key.startsWith("sk_")) {
    throw new TypeError("order.merchant.public_api_key is a secret key. It must stay on your server: replace it now.");
  }
}
