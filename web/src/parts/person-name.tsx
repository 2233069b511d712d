import css from './person-name.module.css';

/** A person as others call them: the name, else the address, else a short id. */
export const callPerson = (person: { id: string; email: string | null; name: string | null }): string =>
  person.name ?? person.email ?? `Visitor ${person.id.slice(-6)}`;

const letters = (text: string): string =>
  text
    .split(/[\s@._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]!.toUpperCase())
    .join('');

/** Two letters on a quiet tint that stays the same for the person. */
export function Face({ person, size = 22 }: { person: { id: string; email: string | null; name: string | null }; size?: number }) {
  const known = person.name ?? person.email;
  return (
    <span
      className={css.face}
      data-known={known !== null || undefined}
      style={{ width: size, height: size, fontSize: Math.max(9, size * 0.4) }}
      aria-hidden="true"
    >
      {known === null ? '' : letters(known)}
    </span>
  );
}

export function PersonName({ person }: { person: { id: string; email: string | null; name: string | null } }) {
  return (
    <span className={css.name}>
      <Face person={person} />
      <span className="clip">{callPerson(person)}</span>
    </span>
  );
}
