import { mainKey } from '#contract/definition.ts';
import type { IdentityPolicy } from '#contract/identity-policy.ts';
import { type CompiledPolicy, compilePolicy } from '#engine/identity/policy.ts';
import { findDefinition } from '#store/definitions.ts';
import type { Deps } from '../deps.ts';

/** The identity policies of workspaces, as they were at the revision that this process last saw. Asking costs no statement while nothing is published. */
export class IdentityPolicies {
  private readonly deps: Pick<Deps, 'db' | 'workspaces'>;
  private readonly known = new Map<number, { revision: number; version: number | null; policy: CompiledPolicy }>();

  constructor(deps: Pick<Deps, 'db' | 'workspaces'>) {
    this.deps = deps;
  }

  async of(workspace: number): Promise<CompiledPolicy> {
    const { revision } = await this.deps.workspaces.byId(workspace);
    const known = this.known.get(workspace);
    if (known?.revision === revision) return known.policy;
    const found = await this.deps.db.transaction({ workspaces: [workspace] }, (tx) =>
      findDefinition(tx, workspace, 'identity-policy', mainKey),
    );
    const version = found?.version ?? null;
    const policy =
      known && known.version === version
        ? known.policy
        : compilePolicy(version === null ? undefined : (found!.published as IdentityPolicy));
    this.known.set(workspace, { revision, version, policy });
    return policy;
  }
}
