// Choosing another persona for one of the two sides.

document.querySelectorAll("select[data-side]").forEach(function (select) {
  select.addEventListener("change", function () {
    const query = new URLSearchParams(location.search);
    query.set(select.dataset.side, select.value);
    location.search = query.toString();
  });
});
