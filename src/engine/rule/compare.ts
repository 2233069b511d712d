import type { Operator } from '#contract/rule.ts';

const text = (value: unknown): string | null =>
  typeof value === 'string' ? value.toLowerCase() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;

function number(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function instant(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/**
 * Compares what is there with what a rule asks for. Null, missing and the empty text are "missing"; a comparison of unlike types does not
 * hold, and neither does its opposite ("not-equals" holds for anything but the value, also for something missing).
 */
export function compare(actual: unknown, op: Operator, wanted: unknown): boolean {
  const missing = actual === undefined || actual === null || actual === '';
  switch (op) {
    case 'exists':
      return !missing;
    case 'missing':
      return missing;
    case 'equals':
      return equal(actual, wanted);
    case 'not-equals':
      return !equal(actual, wanted);
    case 'one-of':
      return Array.isArray(wanted) && wanted.some((each) => equal(actual, each));
    case 'contains':
      return contains(actual, wanted);
    case 'not-contains':
      return !contains(actual, wanted);
    case 'starts-with':
      return text(actual)?.startsWith(text(wanted) ?? '\u0000') ?? false;
    case 'ends-with':
      return text(actual)?.endsWith(text(wanted) ?? '\u0000') ?? false;
    case 'before':
    case 'after': {
      const [left, right] = [instant(actual), instant(wanted)];
      return left !== null && right !== null && (op === 'before' ? left < right : left > right);
    }
    default: {
      const [left, right] = [number(actual), number(wanted)];
      if (left === null || right === null) return false;
      return op === 'greater' ? left > right : op === 'at-least' ? left >= right : op === 'less' ? left < right : left <= right;
    }
  }
}

function equal(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(actual)) return actual.some((each) => equal(each, wanted));
  if (typeof actual === 'number' || typeof wanted === 'number') {
    const [left, right] = [number(actual), number(wanted)];
    return left !== null && left === right;
  }
  const [left, right] = [text(actual), text(wanted)];
  return left !== null && left === right;
}

function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(actual)) return actual.some((each) => equal(each, wanted));
  const [left, right] = [text(actual), text(wanted)];
  return left !== null && right !== null && left.includes(right);
}
