// Opens Tenor's checkout in a window over the shop. Where Tenor's script did not come, the button stays away, and the
// buyer goes by redirect.
"use strict";

(() => {
  const form = document.querySelector("form[data-modal-order]");
  const button = form.querySelector("[data-modal]");
  const told = form.querySelector("[data-told]");
  if (!window.Tenor) return;

  function tell(words) {
    told.textContent = words;
    button.disabled = false;
  }

  async function order() {
    const answer = await fetch(form.dataset.modalOrder, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
    return answer.json();
  }

  button.addEventListener("click", async () => {
    if (!form.reportValidity()) return;
    button.disabled = true;
    told.textContent = "";
    try {
      window.Tenor.checkout({
        order: await order(),
        onSuccess: ({ backd_order_id }) =>
          location.assign(`${form.dataset.thanks}?${new URLSearchParams({ backd_order_id })}`),
        onClose: () => tell(form.dataset.closed),
        onFail: ({ message } = {}) => tell([form.dataset.away, message].filter(Boolean).join(" ")),
      });
    } catch {
      tell(form.dataset.away);
    }
  });
  button.hidden = false;
})();
