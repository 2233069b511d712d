import type { ImportBasis } from '#contract/import.ts';

/** The reason as it is being filled in. */
export interface BasisDraft {
  basis: ImportBasis['basis'] | null;
  wording: string;
  proof: string;
  /** A column, or one date for all. */
  when: 'column' | 'date';
  column: number | null;
  on: string;
  note: string;
}
export const emptyBasis: BasisDraft = { basis: null, wording: '', proof: '', when: 'date', column: null, on: '', note: '' };

/** The reason when it is complete; null before. */
export function toBasis(draft: BasisDraft): ImportBasis | null {
  const note = draft.note.trim();
  switch (draft.basis) {
    case 'none':
      return { basis: 'none' };
    case 'contract':
    case 'legitimate-interest':
      return note.length < 3 ? null : { basis: draft.basis, note };
    case 'consent': {
      const [wording, proof] = [draft.wording.trim(), draft.proof.trim()];
      if (wording.length < 10 || proof.length < 3) return null;
      if (draft.when === 'column')
        return draft.column === null ? null : { basis: 'consent', purpose: 'marketing', wording, proof, given: { column: draft.column } };
      return /^\d{4}-\d{2}-\d{2}$/.test(draft.on)
        ? { basis: 'consent', purpose: 'marketing', wording, proof, given: { on: draft.on } }
        : null;
    }
    case null:
      return null;
  }
}
