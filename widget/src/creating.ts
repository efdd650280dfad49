/** Creates the order by the public key. */
import type { Created, Order } from "./options";

export interface Made extends Created {
  customer_url: string;
}

const PATIENCE = 30_000;

/** The order as it was made. Throws an Error whose message is fit for `onFail`, also when `stop` is pulled. */
export async function create(base: string, order: Order, stop: AbortController): Promise<Made> {
  const key = encodeURIComponent(order.merchant.public_api_key);
  const body = JSON.stringify(order);
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(`${base}v1/backd/bnpl/api/widget/${key}/create_order`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      credentials: "omit",
      signal: stop.signal,
    });
    const { data, message } = (await answer.json()) as { data?: Made; message?: string };
    if (data) return data;
    throw new Refusal(message);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // A browser does not say why: it may be the network, or a refusal that this page is not allowed to read.
    throw new Error(
      `${new URL(base).host} did not answer this page. Check the network, the public key, and that ` +
        `${location.origin} is on the merchant's list of origins.`,
    );
  } finally {
    clearTimeout(late);
  }
}

class Refusal extends Error {}
