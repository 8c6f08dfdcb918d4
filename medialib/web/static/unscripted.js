// Run by browsers that know no modules: what needs our scripts is put away, as where there are none, and pictures that
// a script would fetch as they come near are fetched at once. Only what the oldest of them understand.
document.documentElement.className += " unscripted";
document.addEventListener("DOMContentLoaded", function () {
  var images = document.querySelectorAll("img[data-poster]");
  for (var place = 0; place < images.length; place += 1) images[place].src = images[place].getAttribute("data-poster");
});
