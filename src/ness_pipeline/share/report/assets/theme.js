// The colours that the reader chose, before anything is drawn.
"use strict";
try {
  const theme = localStorage.getItem("ness-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* a browser may keep nothing for files */ }
