"use strict";
(() => {
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const order = ["auto", "light", "dark"];
  let chosen = 0;
  theme.hidden = false;
  theme.addEventListener("click", () => {
    chosen = (chosen + 1) % order.length;
    if (chosen) root.dataset.theme = order[chosen]; else delete root.dataset.theme;
    theme.textContent = "Theme: " + order[chosen];
  });

  let open = null, pinned = false, leaving = 0, returning = false;
  const noteOf = button => document.getElementById(button.getAttribute("aria-controls"));

  function place(note, button) {
    const at = button.getClientRects()[0], gap = 6;
    note.style.maxHeight = "";
    const size = note.getBoundingClientRect();
    const above = at.top - 2 * gap, below = innerHeight - at.bottom - 2 * gap;
    const under = size.height <= below || below >= above;
    const height = Math.min(size.height, under ? below : above);
    note.style.maxHeight = Math.max(height, 96) + "px";
    note.style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px";
    note.style.top = (under ? at.bottom + gap : at.top - gap - height) + "px";
  }

  function show(button, pin) {
    clearTimeout(leaving);
    const note = noteOf(button);
    if (open !== button) {
      hide();
      note.classList.add("placed");
      note.showPopover();
      place(note, button);
      button.setAttribute("aria-expanded", "true");
      open = button;
    }
    pinned = pin;
  }

  function hide() {
    clearTimeout(leaving);
    if (!open) return;
    const note = noteOf(open);
    open.setAttribute("aria-expanded", "false");
    open = null;
    pinned = false;
    if (note.matches(":popover-open")) note.hidePopover();
  }

  const later = () => { clearTimeout(leaving); leaving = setTimeout(() => { if (!pinned) hide(); }, 160); };
  for (const note of document.querySelectorAll(".note")) {
    note.setAttribute("popover", "manual");
    note.addEventListener("pointerenter", () => clearTimeout(leaving));
    note.addEventListener("pointerleave", later);
    note.addEventListener("focusout", event => {
      if (event.relatedTarget && event.relatedTarget !== open && !note.contains(event.relatedTarget)) hide();
    });
  }
  for (const button of document.querySelectorAll("button.number")) {
    button.removeAttribute("popovertarget");
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("pointerenter", event => { if (event.pointerType === "mouse" && !pinned) show(button, false); });
    button.addEventListener("pointerleave", later);
    button.addEventListener("focus", () => { if (!returning && button.matches(":focus-visible")) show(button, false); });
    button.addEventListener("blur", event => { if (open === button && !noteOf(button).contains(event.relatedTarget)) hide(); });
    button.addEventListener("click", () => { if (open === button && pinned) hide(); else show(button, true); });
    button.addEventListener("keydown", event => {
      if (event.key === "Tab" && !event.shiftKey && open === button && pinned) {
        event.preventDefault();
        noteOf(button).querySelector("a").focus();
      }
    });
  }
  addEventListener("keydown", event => {
    if (event.key !== "Escape" || !open) return;
    const back = open, inside = noteOf(open).contains(document.activeElement);
    returning = true;
    hide();
    if (inside) back.focus();
    returning = false;
  });
  addEventListener("pointerdown", event => {
    if (open && !event.target.closest(".note") && !event.target.closest("button.number")) hide();
  });
  addEventListener("scroll", () => {
    if (!open) return;
    const at = open.getBoundingClientRect();
    if (at.bottom < 0 || at.top > innerHeight) hide(); else place(noteOf(open), open);
  }, { passive: true });

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);
  const reach = 48;

  for (const drawn of document.querySelectorAll(".drawn")) {
    let hot = null;
    const marks = () => [...drawn.querySelectorAll("[role=graphics-symbol][aria-label]")]
      .filter(m => !/^(axis|legend|title)$/.test(m.getAttribute("aria-roledescription") || ""))
      .map(mark => ({ mark, box: mark.getBoundingClientRect() }))
      .filter(m => m.box.width + m.box.height > 0);
    const point = found => {
      if (hot) hot.classList.remove("hot");
      hot = found ? found.mark : null;
      tip.hidden = !found;
      if (!found) return;
      hot.classList.add("hot");
      tip.textContent = hot.getAttribute("aria-label");
      const size = tip.getBoundingClientRect(), box = found.box;
      const middle = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
      tip.style.left = Math.max(4, Math.min(middle - size.width / 2, innerWidth - size.width - 4)) + "px";
      tip.style.top = (box.top - size.height - 8 > 0 ? box.top - size.height - 8 : box.bottom + 8) + "px";
    };
    const away = (v, low, high) => Math.max(low - v, 0, v - high);
    const nearest = event => {
      let best = null, least = reach;
      for (const found of marks()) {
        const { box } = found;
        const far = Math.hypot(away(event.clientX, box.left, box.right), away(event.clientY, box.top, box.bottom));
        if (far < least) { least = far; best = found; }
      }
      return best;
    };
    drawn.tabIndex = 0;
    drawn.setAttribute("role", "group");
    drawn.setAttribute("aria-label", drawn.dataset.title + ": left and right arrows read its points");
    drawn.addEventListener("pointermove", event => point(nearest(event)));
    drawn.addEventListener("pointerdown", event => point(nearest(event)));
    drawn.addEventListener("pointerleave", () => point(null));
    drawn.addEventListener("blur", () => point(null));
    drawn.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") point(null);
      if (!step) return;
      event.preventDefault();
      const all = marks(), at = all.findIndex(m => m.mark === hot);
      if (all.length) point(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
    });
  }
})();
