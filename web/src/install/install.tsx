import { useState } from 'react';
import { LiveDot } from '../frame/live-dot.tsx';
import { useAddress } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { FirstEvent } from './first-event.tsx';
import { useSession } from '../session/workspace.tsx';
import css from './install.module.css';
import { noKey, snippetsFor } from './snippets.ts';
import { WriteKey } from './write-key.tsx';

/** Three steps to the first event: a key, a snippet, and seeing it arrive. */
export function Install() {
  const [address, setAddress] = useAddress();
  const [key, setKey] = useState('');
  const { publicUrl } = useSession();
  const snippets = snippetsFor(publicUrl, key === '' ? noKey : key);
  const shown = snippets.find((one) => one.key === address.with) ?? snippets[0]!;
  return (
    <Page
      fit="read"
      title={
        <>
          Install <LiveDot />
        </>
      }
      tab="Install"
      purpose="Send the first event from your site or server. Segment's own clients work unchanged."
    >
      <Section title="1. A write key" hint="It may only send events, so it can stand in a page.">
        <WriteKey value={key} onChange={setKey} />
      </Section>
      <Section title="2. Send events">
        <div className={css.tabs}>
          <Segmented
            label="How to send"
            value={shown.key}
            choices={snippets.map((one) => ({ value: one.key, label: one.name }))}
            onChange={(next) => setAddress({ with: next })}
          />
        </div>
        <p className={`quiet ${css.words}`}>{shown.about}</p>
        {shown.parts.map((part) => (
          <div key={part.title} className={css.part}>
            <h3>{part.title}</h3>
            <CodeBlock text={part.code} what={part.title} />
          </div>
        ))}
        {shown.note && <p className={css.note}>{shown.note}</p>}
        {key === '' && <p className={`faint ${css.words}`}>{noKey} stands where the key goes. Create or paste one above.</p>}
      </Section>
      <Section title="3. See it arrive">
        <FirstEvent />
      </Section>
    </Page>
  );
}
