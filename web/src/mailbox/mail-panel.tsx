import { Button } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Fact, Facts } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { queryClient, renew, useRoute } from '../query.ts';
import css from './mailbox.module.css';
import { hasImages, mailPage } from './mail-page.ts';

type Mail = Reply<'getMail'>;
const views = ['mail', 'text', 'headers', 'raw'] as const;
type View = (typeof views)[number];
const names: Record<View, string> = { mail: 'Mail', text: 'Text', headers: 'Headers', raw: 'Raw' };

/** One mail as it was sent, taken apart. */
export function MailPanel({ id }: { id: string }) {
  const mail = useRoute('getMail', { params: { id } });
  const [address, setAddress] = useAddress();
  const [phone, setPhone] = useState(false);
  const read = mail.data !== undefined;
  useEffect(() => {
    if (read) void renew(queryClient, ['listMailbox']); // looking marks it as read
  }, [read]);
  if (mail.error) return <ProblemView problem={mail.error} again={() => void mail.refetch()} />;
  if (!mail.data) return <Bones lines={8} />;
  const view = views.find((one) => one === address.view) ?? (mail.data.html === null ? 'text' : 'mail');
  return (
    <>
      <Facts>
        <Fact name="From">{mail.data.from}</Fact>
        <Fact name="To">
          {mail.data.person ? (
            <To to={`people/${mail.data.person}`} className="text-link">
              {mail.data.to}
            </To>
          ) : (
            mail.data.to
          )}
        </Fact>
        <Fact name="Sent">
          <Time at={mail.data.at} as="exact" />
        </Fact>
      </Facts>
      <div className={css.tools}>
        <Segmented
          label="How to show it"
          value={view}
          choices={views.map((value) => ({ value, label: names[value] }))}
          onChange={(next) => setAddress({ view: next })}
        />
        {view === 'mail' && (
          <span className={css.width}>
            <Segmented
              label="Width"
              value={phone ? 'phone' : 'wide'}
              choices={[
                { value: 'wide', label: 'Wide' },
                { value: 'phone', label: 'Phone' },
              ]}
              onChange={(next) => setPhone(next === 'phone')}
            />
          </span>
        )}
      </div>
      <Shown mail={mail.data} view={view} phone={phone} />
    </>
  );
}

function Shown({ mail, view, phone }: { mail: Mail; view: View; phone: boolean }) {
  if (view === 'headers')
    return (
      <Facts>
        {mail.headers.map((header, index) => (
          <Fact key={index} name={header.name}>
            <span className="mono">{header.value}</span>
          </Fact>
        ))}
      </Facts>
    );
  if (view === 'raw') return <CodeBlock text={mail.raw} what="raw mail" wrap />;
  if (view === 'text')
    return mail.text === null ? (
      <p className="faint">The mail has no text part.</p>
    ) : (
      <CodeBlock text={mail.text} what="text of the mail" wrap />
    );
  return mail.html === null ? (
    <p className="faint">The mail has no HTML part. Look at its text.</p>
  ) : (
    <Rendered html={mail.html} subject={mail.subject} phone={phone} />
  );
}

/** The mail in a frame without scripts. Images stay away until asked for, so that looking is not counted as opening. */
function Rendered({ html, subject, phone }: { html: string; subject: string; phone: boolean }) {
  const [images, setImages] = useState(false);
  const [, setAddress] = useAddress();
  return (
    <div className={css.rendered}>
      {hasImages(html) && (
        <div className={css.tools}>
          <span className="faint">
            {images ? 'Images are loaded, which counts as an open.' : 'Images are not loaded, so looking here is not counted as an open.'}
          </span>
          {!images && (
            <Button size="xs" variant="default" leftSection={<IconPhoto size={14} />} onClick={() => setImages(true)}>
              Load images
            </Button>
          )}
        </div>
      )}
      <iframe
        title={`Mail: ${subject}`}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        srcDoc={mailPage(html, images)}
        className={css.frame}
        data-phone={phone || undefined}
        referrerPolicy="no-referrer"
      />
      {/* Keys pressed inside the frame do not reach us, Escape neither: whoever tabs out of it lands here. */}
      <Button size="xs" variant="default" className={css.leave ?? ''} onClick={() => setAddress({ peek: undefined })}>
        Close the mail
      </Button>
    </div>
  );
}
