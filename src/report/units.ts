/**
 * Numbers as people read them, in one fixed notation whatever the machine's locale: thousands by comma, decimals by point, SI prefixes.
 * Nothing here knows what is being counted.
 */

/** 1,262; a fraction is rounded away. A number that is not finite reads as a dash. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? Math.round(count).toLocaleString('en-US') : '–';
}

/** 22.7 M, 512 k, 980. */
export function formatMagnitude(count: number): string {
  const [divisor, prefix] = prefixOf(count);
  return prefix === '' ? formatCount(count) : `${threeDigits(count / divisor)} ${prefix}`;
}

/** 45.4 MB, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const [divisor, prefix] = prefixOf(bytes);
  return prefix === '' ? `${formatCount(bytes)} B` : `${threeDigits(bytes / divisor)} ${prefix === 'k' ? 'kB' : `${prefix}B`}`;
}

/** A ratio as a percentage with one decimal: 91.2 %. */
export function formatPercent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

/** A loss or a score: four decimals near 1, three significant digits where it is small or large. */
export function formatDecimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return formatCount(value);
  if (size >= 0.01) return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
  return value.toExponential(2);
}

/** 840 ms, 12.4 s, 3 min 12 s, 2 h 5 min, 1 d 4 h: never more than two parts. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return '–';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The SI prefix under which at most three digits stand before the point; the margins keep 999,960 from reading 1000 k. */
function prefixOf(count: number): readonly [divisor: number, prefix: string] {
  const size = Math.abs(count);
  if (size >= 999.5e9) return [1e12, 'T'];
  if (size >= 999.5e6) return [1e9, 'G'];
  if (size >= 999.5e3) return [1e6, 'M'];
  return size >= 999.5 ? [1e3, 'k'] : [1, ''];
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
