// Words of a file as error messages quote them: as JSON, and cut where they are long, since a cell of a damaged file may be megabytes.

/** JSON text of a value, at most about `most` characters of it. */
export function quoted(value: unknown, most = 80): string {
  if (typeof value === 'string' && value.length > most) return `${JSON.stringify(value.slice(0, most))} (and ${value.length - most} characters more)`;
  if (typeof value === 'number') return String(value);
  const text = jsonOf(value) ?? 'nothing';
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A list for a message: its first items, and how many more there are. */
export function listed(items: readonly string[], most = 20): string {
  const shown = items.slice(0, most).map((item) => (item.length > 80 ? `${item.slice(0, 80)}…` : item)).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return 'a value nested too deeply to show';
  }
}
