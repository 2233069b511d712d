import { kindNames } from 'contract:words';
import type { DefinitionKind } from '#contract/definition.ts';
import { To } from '../parts/address.tsx';
import css from './linked.module.css';

/** Where the page of a definition is. */
export const pageOf = (kind: DefinitionKind, key: string): string =>
  kind === 'journey' || kind === 'segment' || kind === 'score'
    ? `${kind}s/${key}`
    : kind === 'grade'
      ? 'scores'
      : `definitions/${kind}/${key}`;

/** Definitions that use another, or are used by it; `nothing` is said when there are none. */
export function Linked({ items, nothing }: { items: readonly { kind: DefinitionKind; key: string; name: string }[]; nothing: string }) {
  if (items.length === 0) return <p className="faint">{nothing}</p>;
  return (
    <ul className={css.links}>
      {items.map(({ kind, key, name }) => (
        <li key={`${kind}/${key}`}>
          <To to={pageOf(kind, key)} className="text-link">
            {name || key}
          </To>
          <span className="faint">{kindNames[kind].name}</span>
        </li>
      ))}
    </ul>
  );
}
