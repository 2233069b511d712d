import { z } from 'zod';
import type { DefinitionKind } from './definition.ts';
import type { Circle } from './map.ts';

/**
 * Every refusal that Throughline gives: its status, one sentence that says what is wrong, and the next step.
 * The handbook page docs/problems.md is held equal to this catalogue by a test.
 */
export const problems = {
  'body-not-json': {
    status: 400,
    sentence: 'The body is not valid JSON.',
    hint: 'Send one JSON document in UTF-8; the detail names the place where reading stopped.',
  },
  'body-invalid': {
    status: 400,
    sentence: 'The request does not have the expected shape.',
    hint: 'The details name each field and what it must be.',
  },
  'query-invalid': {
    status: 400,
    sentence: 'A parameter of the address is not valid.',
    hint: 'The details name each parameter and what it must be.',
  },
  'body-too-large': {
    status: 413,
    sentence: 'The body is larger than 500 kB.',
    hint: 'Split the batch; one event may have 32 kB, one batch 2,500 events.',
  },
  'batch-too-long': {
    status: 400,
    sentence: 'The batch has more than 2,500 events.',
    hint: 'Split the batch and send its parts one after another.',
  },
  'encoding-unreadable': {
    status: 400,
    sentence: 'The body could not be decompressed.',
    hint: 'Send it plain, or compressed with gzip or deflate.',
  },
  'event-too-large': { status: 400, sentence: 'The event is larger than 32 kB.', hint: 'Send fewer or shorter properties.' },
  'event-invalid': {
    status: 400,
    sentence: 'The event does not have the expected shape.',
    hint: 'The details name the field; the other events of the batch were kept.',
  },
  'event-no-identity': { status: 400, sentence: 'The event names nobody.', hint: 'Give a userId or an anonymousId.' },
  'key-missing': {
    status: 401,
    sentence: 'No key was given.',
    hint: 'Send the write key by Basic auth or as writeKey in the body, an API key as Authorization: Bearer KEY.',
  },
  'key-unknown': {
    status: 401,
    sentence: 'The key is not known or has been revoked.',
    hint: 'Create a key in Settings → Keys and use that one.',
  },
  'key-cannot': {
    status: 403,
    sentence: 'This key may not do that.',
    hint: 'A write key only sends events; use an API key that covers this workspace.',
  },
  'session-missing': {
    status: 401,
    sentence: 'Nobody is signed in.',
    hint: 'Open the one-time link that the server printed, or run: npx throughline link',
  },
  'link-used': {
    status: 410,
    sentence: 'This sign-in link was used before or has expired.',
    hint: 'Run npx throughline link to print a new one.',
  },
  'origin-refused': {
    status: 403,
    sentence: 'The request came from another site.',
    hint: 'Changes with a session are accepted from the admin itself only; use an API key elsewhere.',
  },
  'workspace-unknown': {
    status: 404,
    sentence: 'There is no such workspace.',
    hint: 'GET /api/session lists the workspaces that you may use.',
  },
  'route-unknown': { status: 404, sentence: 'There is nothing at this address.', hint: 'See /api/docs for every address.' },
  'person-unknown': {
    status: 404,
    sentence: 'There is no such person in this workspace.',
    hint: 'Search for the person; merged people answer under the id of the person they became.',
  },
  'message-unknown': {
    status: 404,
    sentence: 'There is no such message in this workspace.',
    hint: 'List the messages of the person or the journey.',
  },
  'topic-marketing': {
    status: 422,
    sentence: 'What is asked for one by one answers something that the person did, and this topic is marketing.',
    hint: 'Use a topic with the purpose transactional. Marketing goes out by a journey or a broadcast, which ask for consent.',
  },
  'message-no-mail': {
    status: 422,
    sentence: 'Only mails are sent this way, and this template calls a webhook.',
    hint: 'Use a template of a mail. A webhook is called by a step of a journey.',
  },
  'retry-refused': {
    status: 409,
    sentence: 'This message is not sent again.',
    hint: 'The details say why. What failed, came too late, could not be written or may not have arrived can be sent again; what was decided about the person stands.',
  },
  'definition-unknown': { status: 404, sentence: 'There is no such definition.', hint: 'GET /api/definitions lists them all.' },
  'starter-unknown': { status: 404, sentence: 'There is no such journey to begin from.', hint: 'GET /api/starters lists them.' },
  'starter-open': {
    status: 422,
    sentence: 'Some questions of the starter are not answered.',
    hint: 'The details name each; answer them, and send all answers again.',
  },
  'version-unknown': { status: 404, sentence: 'This definition has no such version.', hint: 'List its versions and choose one of them.' },
  'definition-invalid': { status: 422, sentence: 'The definition has mistakes.', hint: 'The details name each place and what it must be.' },
  'review-missing': {
    status: 409,
    sentence: 'Another colleague has to review this draft before it is published.',
    hint: 'Save it as a draft and ask for a review. Any change to the draft asks for a new one; the details name what waits.',
  },
  'over-budget': {
    status: 409,
    sentence: 'This goes beyond the budget of complexity of the workspace.',
    hint: 'Make it simpler, retire another journey, or publish it with a reason, which the audit keeps. The details say by how much.',
  },
  'cooling-off': {
    status: 409,
    sentence: 'This draft has to stand unchanged for a while before it is published.',
    hint: 'Nobody else could review it, so it cools off; the details say until when. Every change begins the time anew.',
  },
  'review-own': {
    status: 409,
    sentence: 'Whoever made the last change, or asked for the review, cannot be the reviewer.',
    hint: 'Ask another colleague; keys neither ask nor review.',
  },
  'review-none': {
    status: 404,
    sentence: 'Nobody asks for a review of this draft as it stands.',
    hint: 'It was changed, withdrawn or answered meanwhile. Read the draft again.',
  },
  'colleague-unknown': { status: 404, sentence: 'There is no such colleague.', hint: 'GET /api/colleagues lists them.' },
  'colleague-owner': {
    status: 409,
    sentence: 'The owner cannot be removed.',
    hint: 'Whoever runs the server comes in by the link that it prints.',
  },
  'colleague-taken': {
    status: 409,
    sentence: 'Another colleague has this name or this address.',
    hint: 'Names say who did what, so each is given once. Choose another.',
  },
  'journey-retired': {
    status: 409,
    sentence: 'The journey is not in force.',
    hint: 'It has no published version, or is retired already. Read the journey again.',
  },
  'journey-needed': {
    status: 409,
    sentence: 'Other published definitions refer to this journey.',
    hint: 'Take it out of them and publish them first; the details name each place.',
  },
  'journey-used': {
    status: 409,
    sentence: 'People are still under way in this journey.',
    hint: 'Wait until they have come to the end, or take them out; the details say how many there are.',
  },
  'ramp-none': {
    status: 404,
    sentence: 'No version of this journey is being brought in step by step.',
    hint: 'It holds for everybody, or was rolled back. Read the journey again.',
  },
  'plan-stale': {
    status: 409,
    sentence: 'The definitions changed since the plan was made.',
    hint: 'Plan again and look at the difference.',
  },
  'idempotency-needed': {
    status: 400,
    sentence: 'This request needs an idempotency key.',
    hint: 'Send the header Idempotency-Key with 1 to 200 characters that name what is sent, such as receipt-1042: the same key never sends twice.',
  },
  'idempotency-mismatch': {
    status: 409,
    sentence: 'The idempotency key was used for another request.',
    hint: 'Use a new key for a new request.',
  },
  'idempotency-running': {
    status: 409,
    sentence: 'A request with this idempotency key is still being carried out.',
    hint: 'Repeat the same request in a moment; it will get the answer of the first.',
  },
  'identity-taken': {
    status: 409,
    sentence: 'Another person already has this identity.',
    hint: 'Open that person; the details name the id.',
  },
  'merge-unknown': {
    status: 404,
    sentence: 'The two are not one person.',
    hint: 'GET /api/people/{id}/merges lists who was joined; a merge can be undone once, from the person that they are now.',
  },
  'merge-same': { status: 409, sentence: 'This is one person already.', hint: 'Open the person; the list of merges says since when.' },
  'merge-refused': {
    status: 409,
    sentence: 'The two were not joined.',
    hint: 'The details say what stands against it.',
  },
  'merge-final': {
    status: 409,
    sentence: 'This merge cannot be undone.',
    hint: 'It was made before Throughline kept what undoing needs.',
  },
  'review-unknown': { status: 404, sentence: 'This person is not held for review.', hint: 'GET /api/identities/review lists who is.' },
  'journey-closed': {
    status: 409,
    sentence: 'This journey has no entry through which people can be sent in.',
    hint: 'Give it an entry for the API and colleagues, and publish it.',
  },
  'run-unknown': {
    status: 404,
    sentence: 'This person has no such run of this journey.',
    hint: "Open the person's page; it lists the journeys that they have been on.",
  },
  'migration-empty': {
    status: 409,
    sentence: 'Nobody can be moved from this version.',
    hint: 'Name an older version that somebody is under way in; GET /api/journeys/{key}/counts lists them.',
  },
  'migration-unknown': { status: 404, sentence: 'There is no such migration.', hint: 'GET /api/journeys/{key}/migrations lists them.' },
  'migration-undone': { status: 409, sentence: 'This migration has been taken back already.', hint: 'Move people again with a new one.' },
  'task-asks-nothing': { status: 409, sentence: 'No run waits for a yes or a no to this task.', hint: 'Mark the task as done.' },
  'task-asks': {
    status: 409,
    sentence: 'A run waits for a yes or a no to this task.',
    hint: 'POST /api/tasks/{id}/decision says which.',
  },
  'task-done': { status: 409, sentence: 'This task is done already.', hint: "Look at the person's page for what was decided." },
  'reason-needed': { status: 422, sentence: 'An override needs a reason.', hint: 'Say in one sentence why the rules are set aside.' },
  'stage-unknown': { status: 422, sentence: 'The lifecycle has no such stage.', hint: 'Use one of the stages that the details list.' },
  'consent-withdrawn': {
    status: 409,
    sentence: 'This person has withdrawn this consent.',
    hint: 'Only the person can give it again, through a form of theirs.',
  },
  'clock-real': {
    status: 409,
    sentence: 'This workspace runs on real time.',
    hint: 'Only the clock of a practice workspace can be turned.',
  },
  'clock-backwards': {
    status: 422,
    sentence: 'The clock only turns forward.',
    hint: 'Give a duration such as PT1H or P3D, at most P366D.',
  },
  'segment-not-static': {
    status: 409,
    sentence: 'Who belongs to this segment is decided by its rule.',
    hint: 'Put people on a list that is kept by hand, or change the rule.',
  },
  'backfill-open': {
    status: 409,
    sentence: 'A change is still being brought to everybody.',
    hint: 'Wait until it has reached everybody, and try again: GET /api/backfills says how far it is.',
  },
  'backfill-over': { status: 409, sentence: 'That backfill is not under way any more.', hint: 'See GET /api/backfills for what is.' },
  'clock-turning': { status: 409, sentence: 'The clock is being turned already.', hint: 'Wait until that has finished.' },
  'token-invalid': { status: 404, sentence: 'This link is not valid.', hint: 'Open the newest message and use the link there.' },
  'form-unknown': { status: 404, sentence: 'There is no such form.', hint: 'Publish an entry point of kind form under this key.' },
  'address-invalid': {
    status: 422,
    sentence: 'This is not an address that mail can be sent to.',
    hint: 'Give one address such as ana@example.com.',
  },
  'channel-failed': { status: 502, sentence: 'The channel refused the test.', hint: 'The details hold what the other side said.' },
  'channel-missing': {
    status: 409,
    sentence: 'No mail server is set.',
    hint: 'Set SMTP_URL and start again; until then mail goes to the built-in mailbox.',
  },
  'test-recipient': {
    status: 422,
    sentence: 'Tests go to colleagues only.',
    hint: 'Give the address of a colleague. Who has none here yet is added, or gets one, among the colleagues.',
  },
  'test-no-mail': {
    status: 409,
    sentence: 'Only mails are sent as a test.',
    hint: 'A webhook is called by a journey, for somebody whom you know.',
  },
  'too-busy': {
    status: 503,
    sentence: 'The server cannot take more right now.',
    hint: 'Send the same request again in a few seconds; repeats are harmless.',
  },
  'too-many': { status: 429, sentence: 'Too many requests.', hint: 'Wait as long as Retry-After says.' },
  'store-unavailable': { status: 503, sentence: 'The database does not answer.', hint: 'Nothing was kept; send the same request again.' },
  'fact-undecided': {
    status: 500,
    sentence: 'A fact could not be decided, by a fault of ours.',
    hint: 'It is kept whole among the refusals; tell us what the log says about it.',
  },
  'fact-delayed': {
    status: 503,
    sentence: 'The change is safely queued but has not been carried out yet.',
    hint: 'Reload in a moment; it will not be lost.',
  },
  unexpected: {
    status: 500,
    sentence: 'Something went wrong on our side.',
    hint: 'Try again; the request id in the details finds it in the log.',
  },
  'folder-locked': {
    status: 500,
    sentence: 'Another process uses this data folder.',
    hint: 'Stop that process, or give this one another DATA_DIR or a DATABASE_URL.',
  },
  'database-newer': {
    status: 500,
    sentence: 'The database was written by a newer version of Throughline.',
    hint: 'Install that version, or restore a backup that this one wrote.',
  },
  'database-role': {
    status: 500,
    sentence: 'The database user may not create the role that Throughline works under.',
    hint: 'Let a superuser run: create role throughline_app; grant throughline_app to YOUR_USER',
  },
  'file-invalid': {
    status: 422,
    sentence: 'A definition file cannot be read.',
    hint: 'The details name the file, the line and what is wrong.',
  },
  'file-unreadable': {
    status: 422,
    sentence: 'This file cannot be read as a table.',
    hint: 'Save it as CSV with the names of the columns in the first line; the details say where reading stopped.',
  },
  'file-too-large': {
    status: 413,
    sentence: 'The file is larger than one import takes.',
    hint: 'Split it: one import takes 20 MB, 200,000 rows and 200 columns.',
  },
  'import-unknown': { status: 404, sentence: 'There is no such import in this workspace.', hint: 'GET /api/imports lists them.' },
  'import-state': {
    status: 409,
    sentence: 'This import is past that.',
    hint: 'It was run or cancelled already; bring the file again to import it anew.',
  },
  'backup-unreadable': {
    status: 422,
    sentence: 'This file is not a backup that can be put back.',
    hint: 'Give a file that `throughline backup` has written; the details say what is wrong with this one.',
  },
  'rehearsal-unknown': {
    status: 404,
    sentence: 'There is no such rehearsal.',
    hint: 'Look at the list of rehearsals; they are kept for thirty days.',
  },
  'broadcast-unknown': {
    status: 404,
    sentence: 'There is no such broadcast.',
    hint: 'Look at the list of broadcasts; a draft may have been removed.',
  },
  'broadcast-state': {
    status: 409,
    sentence: 'The broadcast is not in a state in which that can be done.',
    hint: 'The details say in which state it is: a draft can be changed and started, a running one paused, a paused one resumed, one that has not ended cancelled.',
  },
  'broadcast-incomplete': {
    status: 409,
    sentence: 'The broadcast cannot be started as it is.',
    hint: 'The details name what is missing or not published.',
  },
  'experiment-unknown': {
    status: 404,
    sentence: 'There is no such experiment.',
    hint: 'GET /api/experiments lists them. One whose arms, goal, window or lift change is another experiment.',
  },
  'experiment-state': {
    status: 409,
    sentence: 'That cannot be done with this experiment now.',
    hint: 'The details say why: an arm can be given to new people while the experiment is in force, and only one of its arms.',
  },
  'database-in-use': {
    status: 409,
    sentence: 'People live in this database already.',
    hint: 'Restore into an empty one: name another DATA_DIR or DATABASE_URL.',
  },
  'config-invalid': {
    status: 500,
    sentence: 'A setting in the environment is not valid.',
    hint: 'The details name the variable and what it must be.',
  },
  'address-taken': {
    status: 500,
    sentence: 'Another program listens at this address already.',
    hint: 'End that program, or set PORT to a free port.',
  },
} as const satisfies Record<string, { status: number; sentence: string; hint: string }>;

export type ProblemCode = keyof typeof problems;

/** A refusal as a value that is thrown up to the edge (http, cli), where it becomes an answer. Details never hold secrets. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: unknown;
  constructor(code: ProblemCode, details?: unknown, cause?: unknown) {
    super(problems[code].sentence, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.code = code;
    this.details = details ?? null;
  }
  get status(): number {
    return problems[this.code].status;
  }
  toJSON(): ProblemBody {
    return { code: this.code, message: this.message, hint: problems[this.code].hint, details: this.details };
  }
}

export const ProblemBody = z.object({
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  message: z.string(),
  hint: z.string(),
  details: z.unknown(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;

/** One line of a list of mistakes: where, and what it must be. */
export interface Mistake {
  path: string;
  message: string;
  /** How to mend it, in a sentence, where what it must be does not say it. */
  mend?: string | undefined;
  /** The circle of definitions that it is about. */
  circle?: Circle | undefined;
  /** The draft that mends it when it is published. */
  needs?: { kind: DefinitionKind; key: string } | undefined;
}
