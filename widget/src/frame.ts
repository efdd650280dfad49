/**
 * Belongs to the checkout's pages while they stand in a shop's frame: tells the shop's page how the buyer leaves.
 *
 * The server writes into `<body>` whom to tell and what; it names only an origin that is on the merchant's list.
 */
import type { How, Message } from "./messages";

const { parent: shop, how, message, stays } = document.body.dataset;

if (shop && window.parent !== window) {
  const tell = (said: Message): void => window.parent.postMessage(said, shop);
  const leave = (): void => tell({ tenor: "leave" });

  if (how) tell({ tenor: "outcome", how: how as How, message: message ?? "", stays: stays === "yes" });

  for (const way of document.querySelectorAll<HTMLElement>("[data-leave]")) {
    way.hidden = false;
    way.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  }

  // A key that is pressed in a frame never reaches the page around it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented) leave();
  });
}
