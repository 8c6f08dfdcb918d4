// Files that are dropped on a part of the lesson's page, or chosen there, are sent at once.

for (const form of document.querySelectorAll("[data-drop]")) begin(form);

function begin(form) {
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
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    section.classList.remove("over");
    field.files = event.dataTransfer.files;
    send();
  });
}
