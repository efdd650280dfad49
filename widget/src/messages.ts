/**
 * What a framed page tells the page that holds it. Nothing is ever sent the other way, so the framed pages listen to
 * nobody.
 *
 * `outcome` says how the buyer leaves from the page that is shown now; where it `stays`, there is something to read
 * first. `leave` says that the buyer wants to go.
 */
export type Message =
  | { tenor: "outcome"; how: How; message: string; stays: boolean }
  | { tenor: "leave" };

export type How = "completed" | "closed";

/** The message in what arrived, or null for what is none of ours. */
export function read(data: unknown): Message | null {
  const given = data as Partial<Record<"tenor" | "how" | "message" | "stays", unknown>> | null;
  if (given === null || typeof given !== "object") return null;
  if (given.tenor === "leave") return { tenor: "leave" };
  const { how, message, stays } = given;
  const known = given.tenor === "outcome" && (how === "completed" || how === "closed") && typeof message === "string";
  return known ? { tenor: "outcome", how, message, stays: stays === true } : null;
}
