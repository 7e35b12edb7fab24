const KEY = 'theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The choice of the reader, if there is one; else that of the system, which style.css follows by itself. */
function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is forbidden, so the choice lasts as long as the page
  }
}

function isDark(): boolean {
  const theme = document.documentElement.dataset.theme;
  return theme === undefined ? prefersDark.matches : theme === 'dark';
}

/** Applies the remembered theme, and lets the button change it. */
export function startTheme(button: HTMLElement): void {
  const apply = (theme: string | null) => {
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
    button.setAttribute('aria-pressed', String(isDark()));
  };
  apply(chosen());
  prefersDark.addEventListener('change', () => apply(null));
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    apply(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // As above: nothing is remembered.
    }
  });
}
