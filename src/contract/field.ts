import { z } from 'zod';
import { Duration, durationMs } from './instant.ts';
import { Line, TraitPath } from './key.ts';

/** Who may write a value: a colleague (or a program of theirs) by hand, a hosted form, an imported file, a server with an API key, the website with its write key, a journey. */
const fieldSources = ['admin', 'form', 'import', 'api', 'website', 'journey'] as const;
export const FieldSource = z.enum(fieldSources);
export type FieldSource = z.infer<typeof FieldSource>;

export const fieldTypes = ['text', 'number', 'money', 'boolean', 'date', 'list', 'object'] as const;
export const fieldFormats = ['none', 'email', 'phone', 'url', 'country', 'currency', 'zone'] as const;
export const fieldClasses = ['none', 'personal', 'sensitive'] as const;

/** Why a value is not taken: what it is, who brings it, or who wrote the one that stands. */
export const unfitKinds = ['type', 'format', 'length', 'allowed', 'source', 'outranked'] as const;

/** Paths that the system itself knows a person by, whether or not a field is defined for them. */
export const ownPaths = ['email', 'phone', 'name'] as const;

/** A field of a person: what a trait is called, what it may hold, who may write it, who answers for it, and how long it is kept. */
export const Field = z
  .strictObject({
    name: Line,
    path: TraitPath.describe('Where the value lives in the traits'),
    type: z.enum(fieldTypes),
    meaning: z.string().max(500).default(''),
    owner: z.string().max(200).nullable().default(null).describe('E-mail of who answers for it; null is an empty slot'),
    format: z
      .enum(fieldFormats)
      .default('none')
      .describe(
        'What a text, or each text of a list, must be: country and currency are ISO codes of two and three capitals, zone an IANA name',
      ),
    maxLength: z.int().min(1).max(10_000).optional().describe('Characters of a text, entries of a list'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as EUR' })
      .optional()
      .describe('For money, which is a number in this currency with no more decimals than it has'),
    allowed: z
      .array(z.string())
      .min(1)
      .max(200)
      .optional()
      .describe('The values it may take, of a list each of them; anything when missing'),
    writers: z
      .array(FieldSource)
      .min(1)
      .max(fieldSources.length)
      .optional()
      .describe(
        'Who may write it, strongest first: what an earlier one wrote, a later one does not overwrite. Everyone, the latest wins, when missing',
      ),
    class: z.enum(fieldClasses).default('personal').describe('What it says about a person; personal and sensitive values never reach logs'),
    retention: Duration.nullable()
      .default(null)
      .describe('How long a value is kept after it was last written; null for as long as the person'),
  })
  .superRefine((field, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (field.format !== 'none' && field.type !== 'text' && field.type !== 'list') wrong('format', 'belongs to a text or a list of texts');
    if (field.maxLength !== undefined && field.type !== 'text' && field.type !== 'list') wrong('maxLength', 'belongs to a text or a list');
    if ((field.currency !== undefined) !== (field.type === 'money'))
      wrong('currency', field.type === 'money' ? 'money needs its currency, such as EUR' : 'belongs to money');
    if (field.allowed !== undefined && !['text', 'list', 'number'].includes(field.type))
      wrong('allowed', 'belongs to a text, a list or a number');
    if (field.writers !== undefined && new Set(field.writers).size !== field.writers.length) wrong('writers', 'names one twice');
    if (field.retention !== null && durationMs(field.retention) === 0) wrong('retention', 'must be longer than no time');
    if (field.retention !== null && (field.path === 'email' || field.path === 'phone'))
      wrong('retention', 'an address that people are known by goes when the person is erased');
  });
export type Field = z.infer<typeof Field>;

/** ISO 3166-1 alpha-2 codes, as assigned. */
export const countryCodes: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN ' +
    'CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM ' +
    'HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ' +
    'ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
    'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI ' +
    'VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);
