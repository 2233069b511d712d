import { isObject } from '#contract/json.ts';
import { Fact, Facts } from '../parts/page.tsx';

const say = (value: unknown): string =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);

/** Traits by name; nested ones by their dotted path. */
function flat(traits: Record<string, unknown>, before = ''): [string, unknown][] {
  return Object.entries(traits).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) && Object.keys(value).length > 0 ? flat(value, `${before}${key}.`) : [[before + key, value]],
  );
}

export function Traits({ traits }: { traits: Record<string, unknown> }) {
  const rows = flat(traits);
  if (rows.length === 0) return <p className="faint">Nothing is known yet. An identify call or a form brings traits.</p>;
  return (
    <Facts>
      {rows.map(([path, value]) => (
        <Fact key={path} name={path}>
          {say(value)}
        </Fact>
      ))}
    </Facts>
  );
}
