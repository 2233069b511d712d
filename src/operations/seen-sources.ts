import type { Fact } from '#contract/fact.ts';
import { type Instant, minute } from '#contract/instant.ts';
import { atPath, type JsonObject } from '#contract/json.ts';
import { type FieldBook, sourceOf } from '#engine/fields.ts';
import { pathsMax, type SeenSource } from '#store/fields.ts';

/** A source is written down at most this often for a path, so that batches beside each other do not wait for one row. */
const every = 1 * minute;

/** Who writes which traits, as this process last saw it. */
export class SeenSources {
  private readonly noted = new Map<number, Map<string, Instant>>();

  /** The sources in some facts that are to be written down now. */
  in(workspace: number, book: FieldBook, facts: readonly Fact[], at: Instant): SeenSource[] {
    const seen: SeenSource[] = [];
    for (const fact of facts) {
      const traits = 'traits' in fact ? fact.traits : undefined;
      if (!traits) continue;
      const source = sourceOf(fact);
      const by = source === 'form' || source === 'import' ? (fact.source.entryPoint ?? '') : '';
      for (const path of pathsIn(book, traits))
        if (this.isDue(workspace, `${path} ${source} ${by}`, at)) seen.push({ workspace, path, source, by, at });
    }
    return seen;
  }

  private isDue(workspace: number, name: string, at: Instant): boolean {
    const noted = this.noted.get(workspace) ?? new Map<string, Instant>();
    this.noted.set(workspace, noted);
    const before = noted.get(name);
    if (before === undefined ? noted.size >= pathsMax * 2 : at - before < every && at >= before) return false;
    noted.set(name, at);
    return true;
  }
}

function* pathsIn(book: FieldBook, traits: JsonObject): Generator<string> {
  for (const [root, value] of Object.entries(traits)) {
    if (value === null || root.length > 100) continue;
    const fields = book.byRoot.get(root);
    if (!fields) yield root;
    else for (const { path } of fields) if ((atPath(traits, path) ?? null) !== null) yield path;
  }
}
