import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Reply } from '../../api.ts';
import { callPerson } from '../../parts/person-name.tsx';
import { Bones } from '../../parts/skeleton.tsx';
import { useRoute } from '../../query.ts';
import { PersonSearch } from '../../segments/person-search.tsx';
import type { Mail } from './mail-draft.ts';
import css from './mail.module.css';

type Person = Reply<'listPeople'>['items'][number];
type Settings = Reply<'getSettings'>;

/** The engine's own writing of a mail; it is loaded when somebody looks. */
async function write(mail: Mail, person: Reply<'getPerson'> | null, settings: Settings | undefined) {
  const { compileTemplate, renderEmail } = await import('#engine/message/render.ts');
  const traits = { ...person?.traits, ...(person?.email ? { email: person.email } : {}), ...(person?.name ? { name: person.name } : {}) };
  const workspace = { name: settings?.name ?? '', senderName: settings?.senderName ?? '' };
  return renderEmail(
    compileTemplate(mail),
    { person: traits, event: null, workspace, links: { unsubscribe: '#unsubscribe' }, now: Date.now() },
    {
      language: settings?.language ?? 'en',
      brand: settings?.senderName || settings?.name || '',
      wrapLink: (url) => url,
      openPixel: null,
      postalAddress: settings?.postalAddress ?? '',
      footer: { why: '', unsubscribe: 'Unsubscribe', preferences: 'Preferences' },
    },
  );
}

/** The mail as somebody would get it, written by the same code that sends it. */
export function MailPreview({ mail, person: chosen, onPerson }: { mail: Mail; person: Person | null; onPerson: (person: Person) => void }) {
  const [settled] = useDebouncedValue(mail, 250);
  const settings = useRoute('getSettings', undefined, { staleTime: 60_000 }).data;
  const person = useRoute('getPerson', { params: { id: chosen?.id ?? '' } }, { enabled: chosen !== null }).data ?? null;
  const written = useQuery({
    queryKey: ['written mail', settled, person?.id, settings?.name],
    queryFn: () => write(settled, person, settings),
    placeholderData: (before) => before,
    retry: false,
  });
  const shown = useRef<HTMLDivElement>(null);
  // It takes the place of fields in which one may have been far below.
  useEffect(() => void shown.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div ref={shown} className={css.preview}>
      <PersonSearch label="Preview as somebody" onPick={onPerson} />
      <p className="faint">{chosen ? `As ${callPerson(chosen)} would get it.` : 'As somebody would get it of whom nothing is known.'}</p>
      {written.error && (
        <p className={css.wrong} role="alert">
          It cannot be written: {written.error.message}.
        </p>
      )}
      {written.data ? (
        <div className={css.paper}>
          <p className={css.subject}>{written.data.subject}</p>
          <iframe title="The mail" sandbox="" srcDoc={written.data.html} className={css.page} />
        </div>
      ) : (
        !written.error && <Bones lines={6} />
      )}
    </div>
  );
}
