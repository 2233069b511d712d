import { fullStop } from '#contract/sentence.ts';
import type { getHome } from '#contract/routes/operate.ts';
import { breakerName, sayStopped } from '#contract/stop.ts';
import type { z } from 'zod';
import { sayCircle } from '#engine/journey/loop.ts';
import { sayInstant } from '#engine/local-time.ts';
import { unknownEntryPoint } from '#engine/person.ts';
import { listLocks } from '#store/breaker.ts';
import { listBroadcasts } from '#store/broadcasts.ts';
import { countTasks } from '#store/histories.ts';
import { homeNumbers } from '#store/home.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
import { openRamps } from '#store/ramps.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

type Home = z.infer<(typeof getHome)['reply']>;

/** Where a workspace stands: a setup path that completes itself from facts, today in numbers, and what asks for attention. */
export async function home(deps: Deps, workspace: Workspace, hasMailServer: boolean): Promise<Home> {
  const now = workspaceNow(workspace, deps.now());
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const numbers = await homeNumbers(tx, workspace.id, now, unknownEntryPoint, workspace.settings.zone);
    const stopped = await listKillSwitches(tx, workspace.id);
    const { settings } = workspace;
    const setup: Home['setup'] = [
      {
        key: 'event',
        title: 'Receive the first event',
        done: numbers.anyEvent,
        detail: numbers.anyEvent ? 'Events arrive.' : 'Install the tracker or send one from your server.',
        link: '/install',
      },
      {
        key: 'identity',
        title: 'Know somebody by name',
        done: numbers.anyKnown,
        detail: numbers.anyKnown ? 'People say who they are.' : 'Call identify when somebody signs up or signs in.',
        link: '/people',
      },
      {
        key: 'lifecycle',
        title: 'Publish your lifecycle',
        done: book.lifecycle !== null,
        detail: book.lifecycle ? `${book.lifecycle.body.stages.length} stages are in force.` : 'Seven stages are waiting as a draft.',
        link: '/definitions/lifecycle/main',
      },
      {
        key: 'journey',
        title: 'Put a journey live',
        done: book.journeys.size > 0,
        detail:
          book.journeys.size > 0
            ? `${book.journeys.size} ${book.journeys.size === 1 ? 'journey is' : 'journeys are'} live.`
            : 'The welcome journey is waiting as a draft.',
        link: '/journeys',
      },
      {
        key: 'sender',
        title: 'Say who writes',
        done: settings.senderEmail !== '' && settings.postalAddress !== '',
        detail:
          settings.senderEmail === ''
            ? 'Give mail a From address of yours and a postal address.'
            : settings.postalAddress === ''
              ? 'Marketing mail needs a postal address.'
              : `${settings.senderName || settings.name} <${settings.senderEmail}>`,
        link: '/settings?tab=sender',
      },
      {
        key: 'mail',
        title: 'Deliver the first message',
        done: numbers.anySent,
        detail: numbers.anySent
          ? 'Messages go out.'
          : workspace.practice || !hasMailServer
            ? 'Until a mail server is set, mail goes to the built-in mailbox.'
            : 'The mail server is set.',
        link: '/messages',
      },
    ];
    const attention: Home['attention'] = [];
    if (numbers.uncertain > 0)
      attention.push({
        sentence: `${numbers.uncertain} ${numbers.uncertain === 1 ? 'message' : 'messages'} may or may not have arrived. Decide about each.`,
        link: '/messages?status=uncertain',
        tone: 'red',
      });
    if (numbers.quarantined > 0)
      attention.push({
        sentence: `Nobody knows how ${numbers.quarantined} people came in. They enter no journey.`,
        link: '/people',
        tone: 'amber',
      });
    const nameOf = (key: string): string => book.journeys.get(key)?.body.name ?? key;
    for (const each of stopped) {
      const since = `since ${sayInstant(each.stoppedAt, settings.zone)}`;
      const [kind, key] = each.scope.split(/:(.*)/s);
      if (kind === 'person') continue;
      attention.push({
        sentence:
          each.by === breakerName
            ? `Stopped by itself ${since}. ${fullStop(each.reason)} Look into it, and let it go on when it may.`
            : `Sending is stopped for ${sayStopped(each.scope, nameOf)} ${since}: ${fullStop(each.reason)}`,
        link: each.by === breakerName && kind === 'journey' ? `/journeys/${key}` : '/stops',
        tone: 'red',
      });
    }
    const still = stopped.filter(({ scope }) => scope.startsWith('person:'));
    if (still.length > 0)
      attention.push({
        sentence:
          still.length === 1
            ? `Everything is stopped for one person: ${fullStop(still[0]!.reason)}`
            : `Everything is stopped for ${still.length} people.`,
        link: still.length === 1 ? `/people/${still[0]!.scope.slice('person:'.length)}` : '/stops',
        tone: 'amber',
      });
    for (const { id, reason, updatedBy } of (await listBroadcasts(tx, workspace.id, { state: 'paused', limit: 50 })).items)
      if (updatedBy === breakerName)
        attention.push({
          sentence: `A broadcast paused by itself. ${fullStop(reason ?? '')} Look into it, and let it go on or cancel it.`,
          link: `/broadcasts/${id}`,
          tone: 'red',
        });
    for (const { journeys, people, person } of await listLocks(tx, workspace.id)) {
      const names = journeys.map(nameOf);
      attention.push({
        sentence: `${sayCircle(names)} for ${people === 1 ? 'one person' : `${people} people`}. ${journeys.length === 1 ? 'It does' : 'They do'} not act on ${people === 1 ? 'them' : 'those'} any more.`,
        link: people === 1 ? `/people/${person}` : `/journeys/${journeys[0]}`,
        tone: 'amber',
      });
    }
    const tasks = await countTasks(tx, workspace.id, now);
    if (tasks.asking > 0)
      attention.push({
        sentence: `${tasks.asking} ${tasks.asking === 1 ? 'task asks' : 'tasks ask'} for a yes or a no. Somebody waits for each.`,
        link: '/tasks?asks=approval',
        tone: 'amber',
      });
    if (tasks.late > 0)
      attention.push({
        sentence: `${tasks.late} ${tasks.late === 1 ? 'task is' : 'tasks are'} overdue.`,
        link: '/tasks?late=yes',
        tone: 'amber',
      });
    for (const ramp of await openRamps(tx, [workspace.id]))
      if (ramp.state === 'held')
        attention.push({
          sentence: `Version ${ramp.version} of ${book.journeys.get(ramp.journey)?.body.name ?? ramp.journey} is held: ${ramp.reason}`,
          link: `/journeys/${ramp.journey}`,
          tone: 'amber',
        });
    const ownerless = book.lifecycle?.body.stages.filter((stage) => stage.owner === null).length ?? 0;
    if (ownerless > 0) attention.push({ sentence: `${ownerless} stages have no owner.`, link: '/lifecycle', tone: 'amber' });
    if (numbers.today.refusals > 0)
      attention.push({
        sentence: `${numbers.today.refusals} events were refused in the last 24 hours.`,
        link: '/events?tab=refused',
        tone: 'amber',
      });
    return { setup, today: { ...numbers.today, quarantined: numbers.quarantined }, days: numbers.days, attention };
  });
}
