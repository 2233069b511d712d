/** Something that must never be so, and is. The simulator says which, when, and what it saw. */
export class Violation extends Error {
  readonly invariant: string;
  readonly saw: unknown;

  constructor(invariant: string, sentence: string, saw: unknown = null) {
    super(sentence);
    this.name = 'Violation';
    this.invariant = invariant;
    this.saw = saw;
  }
}

export function insist(holds: unknown, invariant: string, sentence: string, saw: unknown = null): asserts holds {
  if (!holds) throw new Violation(invariant, sentence, saw);
}
