// What pages can do besides with script; all of them work without.

// Proposes the browser's own time zone beside a field for one.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
for (const field of document.querySelectorAll("input[data-propose]")) {
  if (!timeZone || field.value === timeZone) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = field.dataset.propose.replace("{}", timeZone);
  button.addEventListener("click", () => {
    field.value = timeZone;
    field.focus();
    button.remove();
  });
  field.after(button);
}

// Copies a field, and says so.
for (const field of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second";
  button.textContent = field.dataset.copy;
  button.setAttribute("aria-live", "polite");
  const say = (words) => {
    button.textContent = words;
  };
  const copied = () => {
    say(field.dataset.copied);
    setTimeout(say, 3000, field.dataset.copy);
  };
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(field.textContent.trim()).then(copied);
  });
  field.after(button);
}

// A button that is pressed twice sends its form once: the answer may take a while.
let pressedAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const pressed = event.submitter ?? event.target;
  if (event.timeStamp - (pressedAt.get(pressed) ?? -Infinity) < 10_000) event.preventDefault();
  else pressedAt.set(pressed, event.timeStamp);
});
// The page may be shown again as it was left.
addEventListener("pageshow", () => {
  pressedAt = new WeakMap();
});
