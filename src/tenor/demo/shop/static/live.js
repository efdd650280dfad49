// Brings the page up to date as soon as the shop has received an event. Without this script the page reloads itself.
"use strict";

(async () => {
  const PAUSE_AFTER_TROUBLE = 3000;
  const part = () => document.getElementById("live");
  const opened = () => [...part().querySelectorAll("details[open]")].map((one) => one.id);
  const ids = () => new Set([...part().querySelectorAll(".event")].map((one) => one.id));

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    const [open, before, focused] = [opened(), ids(), document.activeElement?.id];
    part().replaceWith(document.adoptNode(fresh));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const arrived = [...part().querySelectorAll(".event")].filter((one) => !before.has(one.id));
    for (const one of arrived) one.classList.add("fresh");
    const heads = arrived.map((one) => one.querySelector(".event-head").textContent.replace(/\s+/g, " ").trim());
    if (heads.length) document.getElementById("news").textContent = heads.join(", ");
  }

  for (;;) {
    try {
      const answer = await fetch(`/log/wait?version=${part().dataset.version}`);
      const { version } = await answer.json();
      if (String(version) !== part().dataset.version) await refresh();
    } catch {
      await new Promise((done) => setTimeout(done, PAUSE_AFTER_TROUBLE));
    }
  }
})();
