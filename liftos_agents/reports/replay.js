"use strict";
(() => {
  const stepper = document.querySelector(".stepper");
  const weeks = [...document.querySelectorAll(".week")];
  const slider = document.getElementById("week");
  const now = document.getElementById("now");
  const back = document.getElementById("back"), next = document.getElementById("next");
  const points = weeks.map(() => []);
  for (const mark of document.querySelectorAll(".drawn [role=graphics-symbol][aria-label]")) {
    const found = /, week (\d+) \(/.exec(mark.getAttribute("aria-label"));
    if (found && points[found[1] - 1]) points[found[1] - 1].push(mark);
  }
  let chosen = -1;

  function show(index, write) {
    const at = Math.max(0, Math.min(weeks.length - 1, index));
    if (at === chosen) return;
    if (chosen >= 0) {
      weeks[chosen].classList.remove("chosen");
      for (const mark of points[chosen]) mark.classList.remove("now");
    }
    chosen = at;
    weeks[at].classList.add("chosen");
    for (const mark of points[at]) mark.classList.add("now");
    const name = weeks[at].querySelector("h3").textContent;
    slider.value = at + 1;
    slider.setAttribute("aria-valuetext", name);
    now.textContent = name;
    back.disabled = at === 0;
    next.disabled = at === weeks.length - 1;
    if (write) history.replaceState(null, "", "#week-" + (at + 1));
  }

  const named = () => {
    const found = /^#week-(\d+)$/.exec(location.hash);
    return found ? Number(found[1]) - 1 : 0;
  };
  document.documentElement.classList.add("stepping");
  stepper.hidden = false;
  slider.addEventListener("input", () => show(Number(slider.value) - 1, true));
  back.addEventListener("click", () => show(chosen - 1, true));
  next.addEventListener("click", () => show(chosen + 1, true));
  addEventListener("hashchange", () => { if (location.hash.startsWith("#week-")) show(named(), false); });
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    if (event.target.closest("input, .drawn, .scroll, summary")) return;
    const to = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, Home: 0, End: weeks.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to, true);
  });
  show(named(), false);
})();
