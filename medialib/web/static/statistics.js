// The days and the unit of the statistics take effect when they are chosen, and days are asked for when they are wanted.

for (const form of document.querySelectorAll("form.span")) {
  const span = form.elements.span;
  form.querySelector("button").hidden = span.value !== "chosen";
  form.addEventListener("change", ({ target }) => {
    const choosing = span.value === "chosen";
    form.querySelector(".chosen-days").hidden = !choosing;
    form.querySelector("button").hidden = !choosing;
    if (!choosing || target.name === "unit") form.requestSubmit();
  });
}
