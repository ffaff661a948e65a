// Keeps an open report up to date: fetches it again when the server says that something is new.
"use strict";
(() => {
  const line = document.getElementById("live");
  const tell = (text) => { if (line.textContent !== text) line.textContent = text; };
  const clock = () => new Date().toLocaleTimeString();
  let shown = line.dataset.version, wanted = shown, busy = false, pause = 2000, source;

  async function refresh() {
    if (busy) return;
    busy = true;
    try {
      while (wanted !== shown) {
        const aim = wanted;
        const answer = await fetch("/", { credentials: "same-origin", headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("report");
        const open = new Set([...document.querySelectorAll("details[open]")].map(key));
        fresh.querySelectorAll("details").forEach((one) => { if (open.has(key(one))) one.open = true; });
        document.getElementById("report").replaceWith(fresh);
        document.title = page.title;
        shown = aim;
        tell("Live; brought up to date at " + clock() + ".");
      }
    } catch (error) {
      tell("The page could not be brought up to date; trying again.");
      setTimeout(refresh, 5000);
    } finally { busy = false; }
  }
  const key = (one) => (one.closest("section") || one).getAttribute("aria-labelledby") + one.querySelector("summary").textContent;

  function listen() {
    source = new EventSource("/events");
    source.addEventListener("version", (event) => {
      pause = 2000;
      wanted = JSON.parse(event.data);
      if (wanted === shown) tell("Live; nothing new since " + clock() + ".");
      refresh();
    });
    source.onerror = () => {
      tell("The server does not answer; what is shown is as it was. Trying again.");
      // The browser tries by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(listen, pause);
        pause = Math.min(pause * 2, 60000);
      }
    };
  }
  tell("Live.");
  listen();
})();
