// Run by browsers that know no modules: what needs our scripts is put away, as where there are none.
document.documentElement.className += " unscripted";
