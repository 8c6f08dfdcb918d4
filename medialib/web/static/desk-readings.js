// Files that are dropped on a lesson's readings, or chosen there, are sent at once.

const form = document.querySelector("[data-drop]");

if (form) {
  const section = form.closest("section");
  const field = form.querySelector("[type=file]");
  const send = () => {
    if (!field.files.length) return;
    form.querySelector("button").textContent = form.dataset.saysSending;
    form.requestSubmit();
  };
  field.addEventListener("change", send);
  for (const name of ["dragenter", "dragover"]) {
    section.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      section.classList.add("over");
    });
  }
  section.addEventListener("dragleave", (event) => {
    if (!section.contains(event.relatedTarget)) section.classList.remove("over");
  });
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    section.classList.remove("over");
    field.files = event.dataTransfer.files;
    send();
  });
}
