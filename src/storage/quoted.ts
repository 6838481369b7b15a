// Words of a file as error messages quote them: as JSON, cut where they are long, since a cell of a damaged file may be megabytes, and
// without characters that would steer a terminal.

/** JSON text of a value, at most about `most` characters of it. */
export function quoted(value: unknown, most = 80): string {
  if (typeof value === 'string' && value.length > most) return `${shownControls(JSON.stringify(value.slice(0, most)))} (and ${value.length - most} characters more)`;
  if (typeof value === 'number') return String(value);
  return printable(jsonOf(value) ?? 'nothing', most + 2);
}

/** A text as it stands, on one line and cut where it is long: for names that need no quotes, and for what a library says. */
export function printable(text: string, most = 80): string {
  return shownControls(text.length > most ? `${text.slice(0, most)}…` : text);
}

/** A list for a message: its first items, and how many more there are. */
export function listed(items: readonly string[], most = 20): string {
  const shown = items.slice(0, most).map((item) => printable(item)).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

function shownControls(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return 'a value nested too deeply to show';
  }
}
