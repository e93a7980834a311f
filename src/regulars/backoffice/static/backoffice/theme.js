// Sets light or dark before the first paint: the person's own choice, else the system's.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const chosen = localStorage.getItem("theme");
    const dark = chosen ? chosen === "dark" : system.matches;
    root.classList.toggle("dark", dark);
    root.classList.toggle("light", !dark);
  };
  system.addEventListener("change", paint);
  window.toggleTheme = () => {
    localStorage.setItem("theme", root.classList.contains("dark") ? "light" : "dark");
    paint();
  };
  root.classList.add("js");
  paint();
})();
