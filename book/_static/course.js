/* Paper is light, whatever the screen is: while it prints, a dark page takes the light colours. */

{
  const page = document.documentElement.dataset;
  let onScreen = page.theme;

  addEventListener("beforeprint", () => {
    onScreen = page.theme;
    page.theme = "light";
  });

  addEventListener("afterprint", () => {
    page.theme = onScreen;
  });
}
