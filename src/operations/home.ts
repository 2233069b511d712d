import { toIso } from '#contract/instant.ts';
import type { getHome } from '#contract/routes/operate.ts';
import type { z } from 'zod';
import { unknownEntryPoint } from '#engine/person.ts';
import { homeNumbers } from '#store/home.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
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
    for (const each of stopped)
      attention.push({
        sentence: `Sending is stopped for ${each.scope} since ${toIso(each.stoppedAt).slice(0, 16).replace('T', ' ')} UTC: ${each.reason}`,
        link: '/messages',
        tone: 'red',
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
