// The fields of a channel's timetable: those that would say nothing hide.

// Words are for one lesson and for a search, an order is for more than one lesson.
function show(select) {
  const line = select.parentElement, kind = select.value.split(":")[0];
  line.querySelector("[name$=-words]").hidden = kind !== "lesson" && kind !== "search";
  const order = line.querySelector("[name$=-order]");
  if (order) order.hidden = kind === "lesson" || kind === "";
}

document.querySelectorAll("select[name$=-show]").forEach(show);
document.addEventListener("change", (event) => { if (event.target.matches("select[name$=-show]")) show(event.target); });
