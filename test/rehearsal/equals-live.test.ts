import { describe, expect, test } from 'vitest';
import { seedPractice } from '#operations/practice/seed.ts';
import { readRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import type { KeptRun } from '#operations/rehearsal-spec.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { dialects } from '../databases.ts';
import { openWorld } from '../world.ts';

/** What a rehearsal over the past says of the definitions that really stood is what really happened: who, when, by which way, with which mails. */
describe.each(dialects)('a rehearsal of what was in force, on %s', (database) => {
  test('says one by one what happened in four weeks of a practice workspace', { timeout: 240_000 }, async () => {
    const world = await openWorld({ database });
    const { deps } = world.house;
    const practice = await deps.workspaces.bySlug('practice');
    await seedPractice(world.house.sending, practice, { seed: 'rehearsed', days: 28 });
    const workspace = await deps.workspaces.bySlug('practice');
    const asked = await startRehearsal(deps, workspace, 'a colleague', { over: { past: 'P30D' }, drafts: [], definitions: [], share: 1 });
    while (await rehearseRound(deps)) await Promise.resolve();
    const rehearsal = await readRehearsal(deps, workspace, asked.id);
    expect(rehearsal).toMatchObject({ state: 'done', faults: 0 });

    const instant = (at: unknown): string => new Date(at as number).toISOString();
    const of = `workspace_id = ${workspace.id}`;
    const rehearsed = await world.rows(`select * from rehearsal_run where rehearsal_id = '${asked.id}'`);
    const bodies = rehearsed.map((row) => ({
      who: `${row.person_id} ${row.journey}`,
      body: row.body as KeptRun,
      enteredAt: row.entered_at,
    }));

    const runs = await world.rows(`select * from run where ${of}`);
    expect(runs.length).toBeGreaterThan(60);
    expect(bodies.map(({ who, body, enteredAt }) => `${who} ${instant(enteredAt)} ${body.endReason ?? body.step}`).toSorted()).toEqual(
      runs.map((row) => `${row.person_id} ${row.journey} ${instant(row.entered_at)} ${row.end_reason ?? row.step}`).toSorted(),
    );
    const steps = await world.rows(`select * from run_step where ${of}`);
    expect(
      bodies.flatMap(({ who, body }) => body.steps.map(([step, next, at]) => `${who} ${step} ${next} ${instant(at)}`)).toSorted(),
    ).toEqual(steps.map((row) => `${row.person_id} ${row.journey} ${row.step} ${row.next} ${instant(row.at)}`).toSorted());
    const messages = await world.rows(`select * from message where ${of} and journey is not null`);
    const really: Record<string, string> = { held: 'waiting', bounced: 'sent', uncertain: 'sent' };
    expect(
      bodies
        .flatMap(({ who, body }) =>
          body.messages.map(
            ({ step, createdAt, status, reason, at }) =>
              `${who} ${step} ${instant(createdAt)} ${status} ${status === 'sent' ? instant(at) : status === 'skipped' ? reason : ''}`,
          ),
        )
        .toSorted(),
    ).toEqual(
      messages
        .map(({ person_id, journey, step, created_at, status: stood, sent_at, claimed_at, reason }) => {
          const status = really[stood] ?? stood;
          return `${person_id} ${journey} ${step} ${instant(created_at)} ${status} ${status === 'sent' ? instant(sent_at ?? claimed_at) : status === 'skipped' ? reason : ''}`;
        })
        .toSorted(),
    );
    console.log(`${runs.length} runs, ${steps.length} steps, ${messages.length} messages, each as it was`);
  });
});
